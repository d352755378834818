import * as v from 'valibot';
import { everyAccount, readSwitches } from '../jobs/account.ts';
import { setStopped } from '../jobs/decide.ts';
import type { Ports } from '../jobs/ports.ts';
import { knownAccounts } from './consent.ts';
import { request, words } from './request.ts';

/** Without `account` everything is meant. */
const schema = v.strictObject({ account: v.optional(v.union([words, v.array(words)])), reason: words });

const turn = async (ports: Ports, { account, reason }: v.InferOutput<typeof schema>, stopped: boolean) => {
  const named = account === undefined ? null : knownAccounts(ports.policy, [account].flat());
  for (const name of named ?? [null]) await setStopped(ports, name, stopped, reason);
  const accounts = await Promise.all(
    (named ?? ports.policy.accounts.map(({ name }) => name)).map(async (name) => {
      const { stopped: why } = await readSwitches(ports, name);
      return { account: name, stopped: why !== undefined, reason: why?.reason ?? null };
    }),
  );
  return { stopped, account: named ?? everyAccount, reason, accounts };
};

export const stop = request(schema, (ports, asked) => turn(ports, asked, true));
export const start = request(schema, (ports, asked) => turn(ports, asked, false));
