import type { Account } from './policy/policy.ts';
import { parseReference, type ReferenceSource } from './policy/reference.ts';

/** What stands at the place that a reference names, or why it cannot be had. Messages never hold the value. */
export type Reading = { status: 'ok'; value: string } | { status: 'error'; why: string; hint: string };
/** `key` picks a member of a value that is a JSON object. */
export type Reader = (name: string, key: string | null) => Promise<Reading>;
export type Readers = Readonly<Record<ReferenceSource, Reader>>;

export type Credentials =
  /** `secrets`: every value once, for `scrub`. */
  | { status: 'ok'; values: Readonly<Record<string, string>>; secrets: readonly string[] }
  | { status: 'error'; why: string; hint: string };

/** The readers of one machine. An empty variable counts as unset. */
export const localReaders = (environment: Readonly<Record<string, string | undefined>> = process.env): Readers => ({
  env: async (name) => {
    const value = environment[name];
    if (value === undefined || value === '') {
      return { status: 'error', why: `environment variable ${name} is not set`, hint: `run \`export ${name}=…\`` };
    }
    return { status: 'ok', value };
  },
  ssm: onAwsOnly('ssm'),
  secretsmanager: onAwsOnly('secretsmanager'),
});

const onAwsOnly =
  (source: ReferenceSource): Reader =>
  async (name) => ({
    status: 'error',
    why: `${source}:${name} is read on AWS only in this version`,
    hint: 'use env:NAME here',
  });

/** Reads every credential of an account. One that is missing or malformed is an error; nothing is trimmed or guessed. */
export const resolveCredentials = async (account: Account, readers: Readers): Promise<Credentials> => {
  const fields = Object.entries(account.credentials);
  const read = await Promise.all(
    fields.map(async ([field, reference]) => ({ field, reading: await readOne(reference, readers) })),
  );
  const failed = read.flatMap(({ field, reading }) =>
    reading.status === 'error' ? [{ why: `${field}: ${reading.why}`, hint: reading.hint }] : [],
  );
  if (failed.length > 0) {
    const whys = failed.map(({ why }) => why).join('; ');
    const hints = [...new Set(failed.map(({ hint }) => hint))].join('; ');
    return { status: 'error', why: `account ${account.name}: ${whys}`, hint: hints };
  }
  const values = Object.fromEntries(
    read.flatMap(({ field, reading }) => (reading.status === 'ok' ? [[field, reading.value]] : [])),
  );
  return { status: 'ok', values, secrets: [...new Set(Object.values(values))] };
};

const readOne = async (text: string, readers: Readers): Promise<Reading> => {
  const reference = parseReference(text);
  if (reference === null) {
    return {
      status: 'error',
      why: 'the policy holds no reference (not shown)',
      hint: 'write env:NAME in the policy file',
    };
  }
  const reading = await readers[reference.source](reference.name, reference.key);
  if (reading.status === 'error') return reading;
  const place = `${reference.source}:${reference.name}`;
  if (reading.value === '') return { status: 'error', why: `${place} is empty`, hint: 'put the credential there' };
  if (reading.value !== reading.value.trim()) {
    return {
      status: 'error',
      why: `${place} begins or ends with white space or a line break`,
      hint: `set it again without; from a file: export ${reference.name}="$(cat FILE)"`,
    };
  }
  return reading;
};

export const redacted = 'REDACTED';

/**
 * Up to three characters, a short lower-case word or a short number: as a credential it keeps nothing secret, and replacing
 * it would tear apart our own words, ids and dates.
 */
const commonplace = /^(.{0,3}|[a-z]{4,7}|\d{4,7})$/su;

/**
 * Replaces each secret: as it is, as a Basic user without password, percent-encoded and inside JSON. Not one that is so short
 * and plain that it stands in other words too.
 */
export const scrub = (text: string, secrets: readonly string[]): string => {
  const forms = [...new Set(secrets.filter((secret) => !commonplace.test(secret)).flatMap(formsOf))];
  if (forms.length === 0) return text;
  // Longest first: a secret that begins like another is replaced whole.
  forms.sort((a, b) => b.length - a.length);
  return text.replace(new RegExp(forms.map(literally).join('|'), 'g'), redacted);
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const formsOf = (secret: string): string[] => {
  const encoded = percentEncoded(secret);
  return [
    secret,
    ...[`${secret}:`, secret].map((plain) => base64(plain).replace(/=+$/, '')),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
};

const percentEncoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
