import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import type { Ports } from '../jobs/ports.ts';
import { words } from './request.ts';

/** References to secrets by name, never values, and where a secret goes that the provider makes up. */
export const secretFields = {
  secrets: v.optional(v.record(v.string(), words), {}),
  secretTo: v.optional(v.nullable(words), null),
};

type Secrets = { secrets: Readonly<Record<string, string>>; secretTo: string | null };

/** Refuses references where nobody could follow them. */
export const refuseSecrets = ({ secrets: store }: Ports, { secrets, secretTo }: Secrets): void => {
  if (store || (Object.keys(secrets).length === 0 && secretTo === null)) return;
  const message = 'a stack neither reads nor keeps secrets that are given along';
  const hint = 'leave --secret and --secret-to out; what cannot do without them has to be made at the provider';
  throw new CommandError({ code: 'no-secret', message, hint });
};

/** The values behind the references, read here because they are used here. */
export const valuesOf = async (ports: Ports, { secrets }: Secrets): Promise<Record<string, string>> => {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(secrets)) {
    const read = await ports.secrets?.read(reference);
    if (read?.status !== 'ok')
      throw new CommandError({
        code: 'no-secret',
        message: `--secret ${name}: ${read?.why ?? 'no secrets can be read here'}`,
        hint: read?.hint ?? 'set the variable',
      });
    values[name] = read.value;
  }
  return values;
};
