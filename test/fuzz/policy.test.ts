import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadPolicy, parsePolicy } from '../../lib/policy/load.ts';
import { packagedPolicy, parsePolicyDocument } from '../../lib/policy/packaged.ts';
import { PolicyError } from '../../lib/policy/problem.ts';
import { providers } from '../../lib/providers/registry.ts';
import { mutantOf, runs } from './mutate.ts';

/** What somebody pastes where a reference belongs. */
const secret = 'sk_live_Zk3x9QpLm2Vt8RwYabc';
/** One file, read and refused or read and resolved: generous for a slow machine, far from a hang. */
const patienceMs = 3000;

const whole = {
  version: 1,
  mode: 'approve',
  accounts: [
    {
      name: 'modulus-sandbox',
      provider: 'modulus',
      environment: 'sandbox',
      baseUrl: 'https://webhooks.example.com',
      credentials: { secretKey: 'env:MODULUS_SECRET_KEY' },
      rules: { test: false },
      protect: [{ id: '123', because: 'checkout' }],
    },
    {
      name: 'code',
      provider: 'github',
      environment: 'production',
      credentials: { token: 'env:GITHUB_TOKEN' },
      options: { owner: 'octo', repos: ['shop'], orgHooks: true },
      limits: { perDay: { count: 0 } },
    },
  ],
  rules: {
    test: { after: '1d', hosts: ['*.example.com'] },
    duplicate: { keep: 'newest' },
    stale: { after: '90d' },
    'superseded-secret': { overlap: '7d', keep: 1 },
  },
  protect: [{ url: 'https://api.example.com/**', because: 'checkout' }],
  lifecycle: { notice: '24h', observe: '24h' },
  limits: { perRun: { count: 10, percent: 20 }, shrink: { percent: 30 } },
  retry: { attempts: 8, base: '2s', cap: '5m' },
  keepLast: true,
};

/** Refused with problems that have a place and a hint, or a policy that stands a round trip; nothing else. */
const check = (parse: () => unknown): void => {
  const began = performance.now();
  try {
    const policy = parse() as ReturnType<typeof parsePolicy>;
    expect(parsePolicyDocument(packagedPolicy(policy), 'packaged')).toEqual(JSON.parse(JSON.stringify(policy)));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { message, hint, line, column } of error.problems) {
      expect([message, hint].every((text) => text !== '')).toBe(true);
      expect((line === null) === (column === null)).toBe(true);
    }
    expect(JSON.stringify(error.problems) + error.message).not.toContain(secret);
  }
  expect(performance.now() - began).toBeLessThan(patienceMs);
};
const parse = (text: string) => check(() => parsePolicy(text, 'hooksweep.yml', providers));

describe('a policy file', () => {
  it('that is good is read, so that what follows mutates a good one', () => {
    expect(parsePolicy(stringify(whole), 'hooksweep.yml', providers).accounts).toHaveLength(2);
  });

  it('of any text is refused by a PolicyError or is a policy', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          'version',
          ': ',
          '- ',
          '\n',
          '  ',
          '\t',
          '&a',
          '*a',
          '{',
          '}',
          '[',
          ']',
          '"',
          "'",
          '!',
          '|',
          '>',
          '? ',
          '#',
          '1',
          '~',
          '<<',
          '---\n',
          '%',
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join(''));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), yamlish, fc.json()), parse), runs(600));
  });

  it('with one value changed is refused by a PolicyError or is a policy', () => {
    const values = mutantOf(whole).map(({ value }) => stringify(value));
    fc.assert(fc.property(values, parse), runs(500));
  });

  it('never has a secret quoted that stands in a wrong place', () => {
    const holders = mutantOf(whole).chain(({ path }) => {
      const copy = structuredClone(whole) as unknown as Record<string | number, unknown>;
      const holder = path.slice(0, -1).reduce((inner, name) => inner[name] as typeof copy, copy);
      const name = path.at(-1) as string;
      return fc.constantFrom('value', 'key').map((as) => {
        if (as === 'value' || Array.isArray(holder)) holder[name] = secret;
        else holder.credentials = { [name]: secret, secretKey: secret };
        return stringify(copy);
      });
    });
    fc.assert(fc.property(holders, parse), runs(300));
  });

  it('with one character changed, lost or doubled is refused by a PolicyError or is a policy', () => {
    const text = stringify(whole);
    const change = fc.record({ at: fc.nat(text.length - 1), to: fc.string({ maxLength: 2 }), cut: fc.nat(2) });
    fc.assert(
      fc.property(change, ({ at, to, cut }) => parse(text.slice(0, at) + to + text.slice(at + cut))),
      runs(400),
    );
  });
});

describe('a policy file on disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policy-fuzz-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('of any bytes is refused by a PolicyError or is a policy', async () => {
    const file = join(folder, 'hooksweep.yml');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await writeFile(file, bytes);
        const read = await loadPolicy(file, providers).then(
          (policy) => () => policy,
          (error: unknown) => () => {
            throw error;
          },
        );
        check(read);
      }),
      runs(150),
    );
  });
});
