import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import type { Ports } from '../jobs/ports.ts';
import { readGiven } from '../secrets.ts';
import { words } from './request.ts';

/** References to secrets by name, never values, and where a secret goes that the provider makes up. */
export const secretFields = {
  secrets: v.optional(v.record(v.string(), words), {}),
  secretTo: v.optional(v.nullable(words), null),
};

type Secrets = { secrets: Readonly<Record<string, string>>; secretTo: string | null };

const refusal = (message: string, hint: string) => new CommandError({ code: 'no-secret', message, hint });

/** Refuses what is no reference that can be followed here. It may be the secret itself: it is not shown, and goes no further. */
export const refuseSecrets = ({ secrets: store }: Pick<Ports, 'secrets'>, { secrets, secretTo }: Secrets): void => {
  const names = Object.keys(secrets);
  if (names.length === 0 && secretTo === null) return;
  if (!store) throw refusal('no secrets are read or kept here', 'leave --secret and --secret-to out');
  const { reference, place } = store.forms;
  const wrong = names.find((name) => !store.mayRead(secrets[name] ?? ''));
  if (wrong !== undefined)
    throw refusal(
      `--secret ${wrong} is no reference that is followed here`,
      `put the value there and write --secret ${wrong}=${reference}`,
    );
  if (secretTo !== null && !store.mayWrite(secretTo))
    throw refusal('--secret-to is no place that is written here', `write --secret-to ${place}`);
};

/** The values behind the references, read here because they are used here. */
export const valuesOf = async (ports: Ports, { secrets }: Secrets): Promise<Record<string, string>> => {
  const given = await readGiven(ports.secrets, secrets);
  if (given.status === 'ok') return given.values;
  const { name, refused } = given;
  throw new CommandError({
    code: 'no-secret',
    message: `--secret ${name}: ${refused?.why ?? 'no secrets can be read here'}`,
    hint: refused?.hint ?? 'set the variable',
  });
};
