import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localReaders, type Readers, redacted, resolveCredentials, scrub } from '../lib/credentials.ts';
import type { Account } from '../lib/policy/policy.ts';
import { parse, policyText } from './policy/definitions.ts';

const account = (credentials: Record<string, string>): Account => ({
  ...(parse(policyText()).accounts[0] as Account),
  credentials,
});
const resolve = (credentials: Record<string, string>, environment: Record<string, string>) =>
  resolveCredentials(account(credentials), localReaders(environment));

describe('credentials', () => {
  it('are read from the environment, byte for byte', async () => {
    const pem = '-----BEGIN-----\nabc\n-----END-----';
    expect(await resolve({ a: 'env:A', b: 'env:B', c: 'env:A' }, { A: 'one', B: pem })).toEqual({
      status: 'ok',
      values: { a: 'one', b: pem, c: 'one' },
      secrets: ['one', pem],
    });
  });

  it('that are unset or empty are named, all at once', async () => {
    const answer = await resolve({ secretKey: 'env:A', activationCode: 'env:B' }, { B: '' });
    expect(answer).toMatchObject({
      status: 'error',
      why: expect.stringMatching(/shop.*secretKey.*A is not set.*activationCode.*B is not set/),
    });
    expect(answer).toMatchObject({ hint: expect.stringMatching(/export A=…/) });
  });

  it.each([' key', 'key ', 'key\n', '\tkey', 'key\r\n', ' '])(
    'with white space around are refused, not trimmed and not shown: %j',
    async (value) => {
      const answer = await resolve({ secretKey: 'env:A' }, { A: value });
      expect(answer).toMatchObject({
        status: 'error',
        why: expect.stringMatching(/white space/),
        hint: expect.stringMatching(/export A=/),
      });
      expect(JSON.stringify(answer)).not.toMatch(/key\s*\\|"key/);
    },
  );

  it('that stand on AWS are refused on one machine, with the way out', async () => {
    for (const reference of ['ssm:/shop/key', 'secretsmanager:shop#key']) {
      expect(await resolve({ secretKey: reference }, {})).toMatchObject({
        status: 'error',
        why: expect.stringMatching(/on AWS only/),
        hint: 'use env:NAME here',
      });
    }
  });

  it('come from whatever reader stands behind the reference', async () => {
    const readers: Readers = {
      ...localReaders({}),
      secretsmanager: async (name, key) => ({ status: 'ok', value: `${name}/${key}` }),
    };
    expect(await resolveCredentials(account({ secretKey: 'secretsmanager:shop#key' }), readers)).toMatchObject({
      values: { secretKey: 'shop/key' },
    });
  });

  it('that are no reference are not shown', async () => {
    expect(JSON.stringify(await resolve({ secretKey: 'sk_live_x' }, {}))).not.toContain('sk_live_x');
  });
});

describe('the scrubber', () => {
  it('finds each form in which a secret travels', () => {
    const key = 'sk_a/b+c "d" é';
    const forms = [
      key,
      Buffer.from(`${key}:`).toString('base64'),
      Buffer.from(key).toString('base64'),
      encodeURIComponent(key),
      encodeURIComponent(key).toLowerCase(),
      JSON.stringify(key),
      new URLSearchParams({ key }).toString(),
    ];
    for (const form of forms) {
      const clean = scrub(`<${form}|${form}>`, [key]);
      expect(clean).toContain(redacted);
      expect(clean).not.toContain(form);
    }
  });

  it('takes the longer of two secrets first and leaves other text alone', () => {
    expect(scrub('ab-cdef ab-c', ['ab-c', 'ab-cdef'])).toBe('REDACTED REDACTED');
    expect(scrub('nothing here', ['ab-c', ''])).toBe('nothing here');
    expect(scrub('a.cd $& abcd', ['a.cd'])).toBe('REDACTED $& abcd');
    expect(scrub('REDO-', ['EDO-'])).toBe('RREDACTED');
  });

  it.each(['x', '2', 'key', 'é日本', 'test', 'secret', 'session', '2026', '1234567'])(
    'leaves the common word %s where it stands in other words',
    (word) => {
      const text = `{"rule":"test","kind":"signing-secret","at":"2026-11-22T12:34:56Z","why":"${word}"}`;
      expect(scrub(text, [word])).toBe(text);
    },
  );

  it.each(['s3cr', 'Test', 'key-', 'password', '12345678', 'T0ken'])('replaces %s, short as it is', (secret) => {
    expect(scrub(`<${secret}>`, [secret])).toBe(`<${redacted}>`);
  });

  it('leaves no secret behind, whatever it is made of', () => {
    const secret = fc.string({ unit: 'binary', minLength: 8 }).filter((text) => !redacted.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
        const spread = scrub(`${before}\u0000${key}\u0000${after}`, [key]);
        expect(spread).toContain(redacted);
      }),
    );
  });
});
