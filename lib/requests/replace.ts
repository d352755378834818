import * as v from 'valibot';
import { iso } from '../clock.ts';
import { CommandError } from '../failure.ts';
import { replace as replaceOne } from '../jobs/replace.ts';
import { knownAccounts, refuseStopped, wantYes } from './consent.ts';
import { flag, request, words } from './request.ts';
import { refuseSecrets, secretFields, valuesOf } from './secrets.ts';

const schema = v.strictObject({
  account: words,
  webhookId: words,
  scope: v.optional(words),
  /** Where the new one delivers; whole. */
  url: words,
  reason: words,
  yes: flag,
  ...secretFields,
});

/** Puts a new webhook in the place of an old one. */
export const replace = request(schema, async (ports, { yes, scope, secrets, secretTo, ...asked }) => {
  refuseSecrets(ports, { secrets, secretTo });
  const { account, webhookId } = asked;
  knownAccounts(ports.policy, [account]);
  await refuseStopped(ports, [account]);
  wantYes(ports.policy, [account], `a webhook is created, and ${webhookId} goes after its observation`, yes);
  const values = await valuesOf(ports, { secrets, secretTo });
  const where = scope === undefined ? {} : { scope };
  const result = await replaceOne(ports, { ...asked, ...where, secrets: values, secretTo });
  if (!result.ok) {
    const { code, message, hint } = result;
    throw new CommandError({ code, message, hint });
  }
  const { createdId, adopted, old, warning } = result;
  const told = old.ok ? { ...old, dueAt: old.dueAt === null ? null : iso(old.dueAt) } : old;
  return { created: createdId, adopted, old: told, warning };
});
