import type { Clock, Ms } from './clock.ts';
import type { Reader, Readers, Reading } from './credentials.ts';
import { limits } from './limits.ts';

/** Reads one value from a service. Rejects with the service's error, whose name is its code. */
export type Fetch = (name: string) => Promise<string | undefined>;

/** Each client is loaded at the first reference to its service: most policies use one of them. */
const services = {
  ssm: async () => (await import('./credentials-ssm.ts')).readParameter(),
  secretsmanager: async () => (await import('./credentials-secretsmanager.ts')).readSecret(),
} satisfies Record<string, () => Promise<Fetch>>;
type Service = keyof typeof services;

const hints: Readonly<Record<string, string>> = {
  ParameterNotFound: 'create it as a SecureString; docs/parameters.md says below which path',
  ResourceNotFoundException: 'create the secret; docs/parameters.md says below which name',
  AccessDeniedException: 'the functions read below the prefix of their stage only; docs/parameters.md says which',
};

const failed = (place: string, error: unknown): Reading => {
  const code = error instanceof Error ? error.name : 'no code';
  return {
    status: 'error',
    why: `${place} cannot be read (${code})`,
    hint: hints[code] ?? 'it is tried again with the next scan',
  };
};

/** A member of a secret that is a JSON object. The parser's own message would quote the secret. */
const member = (text: string, key: string): string | null => {
  try {
    const value: unknown = JSON.parse(text);
    const found =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null;
    return typeof found === 'string' ? found : null;
  } catch {
    return null;
  }
};

/** Remembers what was read for `limits.credentialAgeMs`, so that a rotation is picked up, and forgets what failed. */
const remembered = (fetch: () => Promise<Fetch>, clock: Clock): Fetch => {
  const known = new Map<string, { at: Ms; value: Promise<string | undefined> }>();
  let service: Promise<Fetch> | undefined;
  return (name) => {
    const found = known.get(name);
    if (found && clock.now() - found.at < limits.credentialAgeMs) return found.value;
    service ??= fetch();
    const value = service.then((read) => read(name));
    known.set(name, { at: clock.now(), value });
    value.catch(() => known.delete(name));
    return value;
  };
};

const readerOf = (source: Service, load: () => Promise<Fetch>, clock: Clock): Reader => {
  const fetch = remembered(load, clock);
  return async (name, key) => {
    const place = `${source}:${name}`;
    let text: string | undefined;
    try {
      text = await fetch(name);
    } catch (error) {
      return failed(place, error);
    }
    if (text === undefined)
      return { status: 'error', why: `${place} holds no text`, hint: 'store the credential as text' };
    const value = key === null ? text : member(text, key);
    if (value === null) {
      const hint = `store a JSON object with the text ${key}, or leave out #${key}`;
      return { status: 'error', why: `${place} has no member ${key}`, hint };
    }
    return { status: 'ok', value };
  };
};

/** The readers of the functions on AWS: nothing comes from the environment, which anybody can see who may see a function. */
export const awsReaders = (clock: Clock, load: Record<Service, () => Promise<Fetch>> = services): Readers => ({
  env: async (name) => ({
    status: 'error',
    why: `env:${name} is not read on AWS`,
    hint: 'write ssm:/path or secretsmanager:name#key in the policy file, and deploy again',
  }),
  ssm: readerOf('ssm', load.ssm, clock),
  secretsmanager: readerOf('secretsmanager', load.secretsmanager, clock),
});
