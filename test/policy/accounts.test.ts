import { describe, expect, it } from 'vitest';
import { PolicyError } from '../../lib/policy/problem.ts';
import { parse, policyText, problemsOf } from './definitions.ts';

const account = (fields: Record<string, string>): string => {
  const all: Record<string, string> = {
    name: 'shop',
    provider: 'modulus',
    environment: 'sandbox',
    credentials: '{ secretKey: env:SHOP_KEY }',
    ...fields,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  return `  - ${lines.join('\n    ')}\n`;
};
const file = (...accounts: string[]): string => `version: 1\naccounts:\n${accounts.join('')}`;
const said = (...accounts: string[]): string =>
  problemsOf(file(...accounts))
    .map(({ message, hint }) => `${message} | ${hint}`)
    .join('\n');

describe('a provider', () => {
  it('that is known but not built in is said to be unsupported', () => {
    expect(said(account({ provider: 'stripe' }))).toMatch(
      /stripe is not supported by this version \| use modulus or gitlab/,
    );
  });

  it('that is unknown is refused with the nearest one', () => {
    expect(said(account({ provider: 'moduls' }))).toMatch(/unknown provider \| did you mean modulus\?/);
    expect(said(account({ provider: 'toString' }))).toMatch(/unknown provider/);
  });

  it('has its options checked and completed', () => {
    const fields = { provider: 'gitlab', credentials: '{ token: env:T }' };
    expect(said(account(fields))).toMatch(/projects/);
    expect(said(account({ ...fields, options: '{ projects: ["1"], color: red }' }))).toMatch(
      /options\.color: unknown key/,
    );
    expect(said(account({ ...fields, options: '{ projects: [0001] }' }))).toMatch(
      /projects\[0\]: expected a text.*"0001"/,
    );
    const [parsed] = parse(file(account({ ...fields, options: '{ projects: ["1"] }' }))).accounts;
    expect(parsed?.options).toEqual({ projects: ['1'], groupHooks: false });
  });
});

describe('a credential', () => {
  it.each([
    ['env:SHOP_KEY'],
    ['ssm:/shop/key'],
    ['secretsmanager:shop/key'],
    ['secretsmanager:shop/key#secretKey'],
    ['"secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf#key"'],
  ])('may be the reference %s', (reference) => {
    expect(() => parse(file(account({ credentials: `{ secretKey: ${reference} }` })))).not.toThrow();
  });

  it.each([
    ['sk_live_4f9a8b7c'],
    ['hunter2'],
    ['"env:sk_live_4f9a8b7c"'],
    ['"env:hunter 2"'],
    ['"env:"'],
    ['"ENV:hunter2"'],
    ['"$HUNTER2"'],
    ['20260101'],
    ['"env:4f9a8b7c4f9a8b7c4f9a8b7c"'],
    ['[hunter2]'],
  ])('that is the literal %s is refused, not shown, and told where to go', (literal) => {
    const problem = said(account({ credentials: `{ secretKey: ${literal} }` }));
    expect(problem).toMatch(/secretKey is not a reference.*export MODULUS_SECRET_KEY=….*write env:MODULUS_SECRET_KEY/);
    expect(problem).not.toMatch(/hunter|4f9a|20260101/i);
  });

  it('is not shown where the whole field or the place is wrong either', () => {
    const secret = 'sk_live_4f9a8b7c';
    const texts: Record<string, string>[] = [
      { credentials: secret },
      { credentials: `{ secretKey: env:A, ${secret}: env:B }` },
      { provider: 'moduls', credentials: `{ secretKey: ${secret} }` },
      { environment: secret },
      { name: secret },
      { provider: secret },
      { baseUrl: `https://${secret}@api.example.com` },
      { baseUrl: `https://api.example.com?key=${secret}` },
      { mode: secret },
      { protect: `[{ url: "${secret}", because: x }]` },
      { lifecycle: `{ notice: ${secret} }` },
    ];
    for (const fields of texts) {
      const error = (() => {
        try {
          return parse(file(account(fields)));
        } catch (reason) {
          return reason;
        }
      })();
      expect(error).toBeInstanceOf(PolicyError);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
    }
  });

  it('must have a name that the provider knows, and none may be missing', () => {
    const problem = said(account({ credentials: '{ secretkey: env:SHOP_KEY }' }));
    expect(problem).toMatch(/secretKey is missing/);
    expect(problem).toMatch(/unknown key "secretkey" \| did you mean secretKey\?/);
  });
});

describe('a base URL', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://API.example.com:443//', 'https://api.example.com'],
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.9.9.9/', 'http://127.9.9.9'],
    ['"http://[::1]:80"', 'http://[::1]'],
  ])('%s is read as %s', (written, read) => {
    expect(parse(file(account({ baseUrl: written }))).accounts[0]?.baseUrl).toBe(read);
  });

  it.each([
    ['http://api.example.com', /not https/],
    ['http://127.0.0.1.example.com', /not https/],
    ['http://localhost.example.com', /not https/],
    ['ftp://localhost', /not https/],
    ['https://user@api.example.com', /user name or password/],
    ['https://api.example.com?', /query or fragment/],
    ['"https://api.example.com#x"', /query or fragment/],
    ['api.example.com', /not a URL/],
  ])('%s is refused', (written, pattern) => {
    expect(said(account({ baseUrl: written }))).toMatch(pattern);
  });

  it('is the published one where there is one, and must be given where there is none', () => {
    expect(parse(policyText()).accounts[0]?.baseUrl).toBe('https://webhooks.sbx.example.com');
    expect(said(account({ environment: 'production' }))).toMatch(/publishes none for production.*handed over/);
  });
});

describe('accounts', () => {
  it('must have names of their own, and both lines are told', () => {
    const two = said(account({}), account({ credentials: '{ secretKey: env:B }' }));
    expect(two).toMatch(/account "shop" is there twice, on lines 3 and 7/);
    expect(said(account({ name: 'a'.repeat(41) }))).toMatch(/not an account name/);
    expect(said(account({ name: 'a.b' }))).toMatch(/not an account name/);
    expect(said(account({ name: '0001' }))).toMatch(/quote it: "0001"/);
  });

  it('may not share provider, base URL, credentials and options', () => {
    const same = said(account({}), account({ name: 'twin', baseUrl: 'https://webhooks.sbx.example.com/' }));
    expect(same).toMatch(/shop and twin \(lines 3 and 7\) are one/);
    const more = said(
      account({}),
      account({ name: 'twin', credentials: '{ secretKey: env:SHOP_KEY, activationCode: env:C }' }),
    );
    expect(more).toMatch(/are one/);
    const gitlab = (name: string, project: string) =>
      account({ name, provider: 'gitlab', credentials: '{ token: env:T }', options: `{ projects: ["${project}"] }` });
    expect(() => parse(file(gitlab('a', '1'), gitlab('b', '2')))).not.toThrow();
    expect(said(gitlab('a', '1'), gitlab('b', '1'))).toMatch(/are one/);
  });
});
