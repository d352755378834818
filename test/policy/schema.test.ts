import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, policyText, problemsOf } from './definitions.ts';

const words = (text: string): string[] => problemsOf(text).map(({ message, hint }) => `${message} | ${hint}`);

describe('the policy file', () => {
  it('is accepted as the design shows it', async () => {
    const text = await readFile(new URL('../fixtures/policy/design-example.yml', import.meta.url), 'utf8');
    const [account] = parse(text).accounts;
    expect(account).toMatchObject({ name: 'modulus-sandbox', mode: 'report', lifecycle: { noticeMs: 86_400_000 } });
    expect(account?.notify.sns).toMatch(/^arn:/);
  });

  it.each([
    ['an unknown key', { file: 'mod: auto' }, /unknown key "mod" \| did you mean mode\?/],
    ['a key that objects inherit', { file: 'constructor: {}' }, /unknown key "constructor"/],
    ['a prototype key', { file: '__proto__: {}' }, /unknown key "__proto__"/],
    [
      'an unknown rule',
      { file: 'rules: { duplicates: {} }' },
      /rules\.duplicates: unknown key .* did you mean duplicate\?/,
    ],
    ['an unknown parameter', { file: 'rules: { test: { afer: 1d } }' }, /did you mean after\?/],
    ['a wrong word', { file: 'mode: atuo' }, /mode: "atuo" .* did you mean auto\? \(report, approve or auto\)/],
    ['a rule without braces', { file: 'rules:\n  test:' }, /rules\.test: expected a map/],
    ['a rule that is true', { account: 'rules: { test: true }' }, /write \{\} to switch the rule on/],
    ['false outside an account', { file: 'rules: { test: false }' }, /rules\.test: expected a map/],
    [
      'a fault inside an account rule',
      { account: 'rules: { stale: { after: 9 } }' },
      /rules\.stale\.after: the number 9 is not a duration/,
    ],
    ['a list for a map', { file: 'limits: []' }, /limits: expected a map/],
    ['a key without a value', { file: 'limits:' }, /limits: expected a map/],
    ['a duration without a unit', { file: 'lifecycle: { observe: 24 }' }, /write a whole number and a unit/],
    ['a negative duration', { file: 'lifecycle: { observe: -1h }' }, /not a duration/],
    ['a broken duration', { file: 'lifecycle: { observe: 1.5h }' }, /not a duration/],
    ['a duration of a century', { file: 'lifecycle: { observe: 36500d }' }, /at most ten years/],
    ['more than all', { file: 'limits: { perRun: { percent: 101 } }' }, /percentage from 0 to 100/],
    ['a negative count', { file: 'limits: { perDay: { count: -1 } }' }, /whole number from 0/],
    ['half a webhook', { file: 'limits: { perDay: { count: 1.5 } }' }, /whole number/],
    ['a count that is infinite', { file: 'limits: { perDay: { count: .inf } }' }, /whole number/],
    ['a count that is no number', { file: 'limits: { perDay: { count: .nan } }' }, /whole number/],
    ['a count as text', { file: 'limits: { perDay: { count: "20" } }' }, /write a number without quotes/],
    ['no attempt at all', { file: 'retry: { attempts: 0 }' }, /whole number from 1/],
    ['an absence in no scan', { file: 'rules: { unresolvable: { scans: 0 } }' }, /whole number from 1 to 30/],
    ['keeping no secret', { file: 'rules: { superseded-secret: { keep: 0 } }' }, /whole number from 1/],
    ['a flag as text', { file: 'keepLast: "false"' }, /true or false/],
    ['YAML 1.1 flags', { file: 'keepLast: no' }, /true or false/],
    ['a host with a path', { file: 'rules: { retired-host: { hosts: [a.com/b] } }' }, /not a host/],
    ['a host with a scheme', { file: 'rules: { test: { hosts: ["https://a.com"] } }' }, /not a host/],
    ['a rule for no host', { file: 'rules: { retired-host: {} }' }, /names no host/],
    ['a topic that is none', { file: 'notify: { sns: hooksweep }' }, /not the ARN of an SNS topic/],
    ['a base above the cap', { file: 'retry: { base: 10m }' }, /longer than retry\.cap/],
    [
      'an identifier without quotes',
      { file: 'protect: [{ id: 0001, because: x }]' },
      /got the number .* quote it: "0001"/,
    ],
    ['an empty reason', { file: 'protect: [{ id: "1", because: " " }]' }, /because: an empty text/],
    ['no reason', { file: 'protect: [{ id: "1" }]' }, /because is missing/],
    ['a reason alone', { file: 'protect: [{ because: x }]' }, /says not what it protects/],
    [
      'a URL of a secret',
      { file: 'protect: [{ kind: signing-secret, url: "https://a.com/**", because: x }]' },
      /nothing of a signing secret/,
    ],
    [
      'a URL pattern without a scheme',
      { file: 'protect: [{ url: api.example.com/**, because: x }]' },
      /not a URL pattern/,
    ],
    [
      'an account that is not there',
      { file: 'protect: [{ account: shpo, because: x }]' },
      /protects nothing \| did you mean shop\?/,
    ],
    [
      'a provider that is not there',
      { file: 'protect: [{ provider: modules, because: x }]' },
      /did you mean modulus\?/,
    ],
    ['another account in an account', { account: 'protect: [{ account: other, because: x }]' }, /protects nothing/],
  ])('refuses %s', (_what, lines, pattern) => {
    expect(words(policyText(lines))).toEqual([expect.stringMatching(pattern)]);
  });

  it.each([
    ['version', 'accounts: []', /version is missing/],
    ['another version', 'version: 2\naccounts: []', /version: not a version/],
    ['a version as text', 'version: "1"\naccounts: []', /version: not a version/],
    ['accounts', 'version: 1', /accounts is missing/],
    ['an account', 'version: 1\naccounts: []', /accounts: no account/],
    ['a list of accounts', 'version: 1\naccounts: {}', /accounts: expected a list/],
    ['a map for an account', 'version: 1\naccounts: [modulus]', /accounts\[0\]: expected a map/],
  ])('needs %s', (_what, text, pattern) => {
    expect(words(text).join('\n')).toMatch(pattern);
  });

  it('says all that is wrong at once, in the order of the file', () => {
    const text = `mode: atuo
versoin: 1
accounts:
  - name: Shop
    provider: modulus
    environment: prod
    credentials: { secretKey: sk_live_hidden, secret: x, key: y }
  - name: b
    provider: modulsu
    mode: x
    credentials: { secretKey: env:B }
limits: { perDay: { count: -1 } }
`;
    const problems = problemsOf(text);
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '1:1',
      '1:7',
      '2:1',
      '4:11',
      '6:18',
      '7:31',
      '7:47',
      '7:58',
      '8:5',
      '9:15',
      '10:11',
      '12:28',
    ]);
    expect(problems.map(({ message }) => message).join('\n')).not.toContain('sk_live_hidden');
  });
});
