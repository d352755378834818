import { readSwitches } from '../jobs/account.ts';
import { accountOf, type Ports } from '../jobs/ports.ts';
import { CommandError, type Context, exit } from './command.ts';

/** Refuses as a whole where one of these accounts is stopped. */
export const refuseStopped = async (ports: Ports, accounts: readonly string[]): Promise<void> => {
  for (const name of new Set(accounts)) {
    const { stopped } = await readSwitches(ports, name);
    if (!stopped) continue;
    const message = `${name} is stopped by ${stopped.actor}: ${stopped.reason}`;
    throw new CommandError({ code: 'stopped', message, hint: 'run `hooksweep start` first' }, exit.refused);
  }
};

/**
 * Asks before anything on production is agreed to; `--yes` answers.
 *
 * @param what what would happen, as the question says it: `3 webhooks will be deleted`
 */
export const confirmProduction = async (
  { values, out }: Pick<Context, 'values' | 'out'>,
  ports: Pick<Ports, 'policy'>,
  accounts: readonly string[],
  what: string,
): Promise<void> => {
  const names = [...new Set(accounts)].filter((name) => accountOf(ports.policy, name)?.environment === 'production');
  if (names.length === 0 || values.yes === true) return;
  const where = names.join(', ');
  if (!out.interactive) {
    const message = `${where} is production: ${what}, and nobody is here to be asked`;
    throw new CommandError({ code: 'needs-yes', message, hint: 'look at the plan, then add --yes' }, exit.refused);
  }
  if (await out.confirm(`${where} is production: ${what}. Go on?`)) return;
  throw new CommandError(
    { code: 'declined', message: 'nothing was agreed to', hint: 'run it again when you are sure' },
    exit.refused,
  );
};
