import { readFile, writeFile } from 'node:fs/promises';
import type { Readers, Reading } from './credentials.ts';
import { parseReference, type Reference } from './policy/reference.ts';

/** What came of keeping a secret. Messages name the place, never what stands there. */
export type Kept = { status: 'ok' } | { status: 'error'; why: string };

/** Secrets by reference, for restores: values that a person gives along, and those that a provider makes up. */
export type SecretStore = {
  /** How a reference and a place are written here, for messages. */
  readonly forms: { reference: string; place: string };
  /** Whether people may have this read here, whatever stands there. */
  mayRead(reference: string): boolean;
  /** Whether people may have a secret written there, whatever stands there. */
  mayWrite(place: string): boolean;
  read(reference: string): Promise<Reading>;
  /** Takes a place where nothing stands yet, for the secret of this owner. For the same owner it may be done again. */
  reserve(place: string, owner: string): Promise<Kept>;
  /** Puts the secret where its owner reserved the place. */
  write(place: string, owner: string, value: string): Promise<Kept>;
};

/** What one kind of place can do. Functions reject with the error of the service, whose code or name tells what it is. */
export type Places = {
  forms: SecretStore['forms'];
  reads(reference: Reference): boolean;
  /** What stands in a place for its name, or null where it is none that people may name. */
  nameOf(place: string): string | null;
  read(reference: Reference): Promise<Reading>;
  /** False where something stands there already. */
  create(name: string, text: string): Promise<boolean>;
  look(name: string): Promise<string | undefined>;
  overwrite(name: string, text: string): Promise<unknown>;
};

/** What stands in a place until its secret comes, for whoever finds it. */
export const reservation = (owner: string): string =>
  `hooksweep keeps this place for the new secret of ${owner}. Where that is restored and this still stands here, roll it at the provider.`;

const codeOf = (error: unknown): string => {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'no code';
};

export const secretStore = (places: Places): SecretStore => {
  const { forms, nameOf } = places;
  const referenceIn = (text: string): Reference | null => {
    const reference = parseReference(text);
    return reference !== null && places.reads(reference) ? reference : null;
  };
  const at = async (place: string, act: (name: string) => Promise<Kept>): Promise<Kept> => {
    const name = nameOf(place);
    if (name === null) return { status: 'error', why: `new secrets are written to ${forms.place} here` };
    try {
      return await act(name);
    } catch (error) {
      return { status: 'error', why: `${place} cannot be written (${codeOf(error)})` };
    }
  };
  const reserve: SecretStore['reserve'] = (place, owner) =>
    at(place, async (name) => {
      const text = reservation(owner);
      if ((await places.create(name, text)) || (await places.look(name)) === text) return { status: 'ok' };
      return { status: 'error', why: `something stands at ${place} already` };
    });
  return {
    forms,
    mayRead: (text) => referenceIn(text) !== null,
    mayWrite: (place) => nameOf(place) !== null,
    read: async (text) => {
      const reference = referenceIn(text);
      if (reference) return places.read(reference);
      const hint = `write ${forms.reference}, and put the value there`;
      return { status: 'error', why: 'it is no reference that is followed here', hint };
    },
    reserve,
    write: async (place, owner, value) => {
      const reserved = await reserve(place, owner);
      if (reserved.status === 'error') return reserved;
      return at(place, async (name) => {
        await places.overwrite(name, value);
        return { status: 'ok' };
      });
    },
  };
};

type Given = { status: 'ok'; values: Record<string, string> } | { status: 'error'; name: string; refused: Refused };
type Refused = Extract<Reading, { status: 'error' }> | undefined;

/**
 * The values behind references, by the names they were given under.
 *
 * @returns the first name that cannot be read, and why; `refused` is undefined where this process reads no secrets
 */
export const readGiven = async (
  store: Pick<SecretStore, 'read'> | undefined,
  references: Readonly<Record<string, string>>,
): Promise<Given> => {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(references)) {
    const read = await store?.read(reference);
    if (read?.status !== 'ok') return { status: 'error', name, refused: read };
    values[name] = read.value;
  }
  return { status: 'ok', values };
};

/** How references and places are written on one machine. */
export const localForms: SecretStore['forms'] = { reference: 'env:NAME', place: 'file:PATH' };

/** On one machine: reads `env:NAME`, writes `file:PATH` as a file for its owner alone, which must not exist yet. */
export const localSecrets = (readers: Readers): SecretStore =>
  secretStore({
    forms: localForms,
    reads: ({ source }) => source === 'env',
    nameOf: (place) => /^file:(.+)$/.exec(place)?.[1] ?? null,
    read: ({ source, name, key }) => readers[source](name, key),
    create: async (path, text) => {
      try {
        await writeFile(path, text, { mode: 0o600, flag: 'wx' });
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      }
    },
    look: (path) => readFile(path, 'utf8'),
    overwrite: (path, text) => writeFile(path, text),
  });
