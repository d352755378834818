import * as v from 'valibot';
import { iso } from '../clock.ts';
import { CommandError, type ExitCode, exit } from '../failure.ts';
import { type Enqueued, enqueue as enqueueOne } from '../jobs/enqueue.ts';
import { accountOf } from '../jobs/ports.ts';
import { knownAccounts, refuseStopped, wantYes } from './consent.ts';
import { flag, request, words } from './request.ts';

type Refusal = Extract<Enqueued, { ok: false }>['code'];

const refusals: Readonly<Record<Refusal, readonly [code: ExitCode, hint: string]>> = {
  'unknown-account': [exit.error, 'hooksweep validate lists the accounts'],
  'unknown-webhook': [exit.error, 'hooksweep scan --json lists ids; check --account and --scope'],
  'ambiguous-webhook': [exit.error, 'say which one, by --scope and by --kind endpoint or signing-secret'],
  'cannot-disable': [exit.error, 'write --step delete, or leave it'],
  unreadable: [exit.error, 'check the credential and the provider, then try again'],
  guarded: [exit.refused, 'hooksweep why tells what would have to change'],
  'never-on-production': [exit.refused, 'leave --now away: it is switched off first and watched'],
};

const schema = v.strictObject({
  account: words,
  webhookId: words,
  scope: v.optional(words),
  kind: v.optional(v.picklist(['endpoint', 'signing-secret'])),
  step: v.picklist(['disable', 'delete']),
  reason: words,
  now: flag,
  yes: flag,
});

/** One webhook by hand. */
export const enqueue = request(schema, async (ports, { yes, scope, kind, ...asked }) => {
  const { account, webhookId, step } = asked;
  knownAccounts(ports.policy, [account]);
  await refuseStopped(ports, [account]);
  const isNever = asked.now && accountOf(ports.policy, account)?.environment === 'production';
  if (!isNever) wantYes(ports.policy, [account], `the webhook ${webhookId} goes (${step})`, yes);
  const result = await enqueueOne(ports, { ...asked, ...(scope !== undefined && { scope }), ...(kind && { kind }) });
  if (!result.ok) {
    const [code, hint] = refusals[result.code];
    throw new CommandError({ code: result.code, message: result.message, hint }, code);
  }
  const { record, state, dueAt } = result;
  return { record, state, dueAt: dueAt === null ? null : iso(dueAt) };
});
