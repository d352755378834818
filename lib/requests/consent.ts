import { CommandError, exit } from '../failure.ts';
import { readSwitches } from '../jobs/account.ts';
import { accountOf, type Ports } from '../jobs/ports.ts';
import type { Policy } from '../policy/policy.ts';

/**
 * These names, each once.
 *
 * @throws CommandError where the policy does not know one
 */
export const knownAccounts = (policy: Policy, names: readonly string[]): string[] => {
  const unknown = names.find((name) => !accountOf(policy, name));
  if (unknown === undefined) return [...new Set(names)];
  const message = `the policy names no account ${unknown}`;
  const hint = `there are ${policy.accounts.map(({ name }) => name).join(', ')}`;
  throw new CommandError({ code: 'unknown-account', message, hint });
};

/** Refuses as a whole where one of these accounts is stopped. */
export const refuseStopped = async (ports: Ports, accounts: readonly string[]): Promise<void> => {
  for (const name of new Set(accounts)) {
    const { stopped } = await readSwitches(ports, name);
    if (!stopped) continue;
    const message = `${name} is stopped by ${stopped.actor}: ${stopped.reason}`;
    throw new CommandError({ code: 'stopped', message, hint: 'run `hooksweep start` first' }, exit.refused);
  }
};

export const needsYes = 'needs-yes';

/**
 * Refuses what nobody said yes to where one of these accounts is on production.
 *
 * @param what what would happen: `3 webhooks are deleted`
 */
export const wantYes = (policy: Policy, accounts: readonly string[], what: string, yes: boolean): void => {
  const names = [...new Set(accounts)].filter((name) => accountOf(policy, name)?.environment === 'production');
  if (names.length === 0 || yes) return;
  const message = `${names.join(', ')} is production: ${what}`;
  const hint = 'look at the plan, then add --yes (in an event: "yes": true)';
  throw new CommandError({ code: needsYes, message, hint }, exit.refused);
};
