import { everyAccount, readSwitches } from '../jobs/account.ts';
import { setStopped } from '../jobs/decide.ts';
import { type Context, type ExitCode, exit } from './command.ts';
import { chosenAccounts } from './option.ts';

/** Turns the kill switch, for the accounts of `--account` or for all at once. */
export const turn = async (context: Context, stopped: boolean): Promise<ExitCode> => {
  const { out, values } = context;
  const session = await context.session('local');
  try {
    const { ports, policy } = session;
    const named = values.account === undefined ? null : chosenAccounts(context, policy);
    const reason = typeof values.reason === 'string' ? values.reason : `${stopped ? 'stopped' : 'started'} by hand`;
    for (const name of named ?? [null]) await setStopped(ports, name, stopped, reason);
    const accounts = await Promise.all(
      (named ?? policy.accounts.map(({ name }) => name)).map(async (account) => {
        const { stopped: why } = await readSwitches(ports, account);
        return { account, stopped: why !== undefined, reason: why?.reason ?? null };
      }),
    );
    out.document({ stopped, account: named ?? everyAccount, reason, accounts });
    const where = named?.join(', ') ?? 'everything';
    out.line(
      stopped
        ? `${where} is stopped: nothing is switched off or deleted from now on. What must be put back still is.`
        : `${where} is started.`,
    );
    if (!stopped)
      for (const { account, reason: why } of accounts.filter((one) => one.stopped))
        out.warn(`${account} is still stopped (${why}): start it ${named ? 'for all' : `with --account ${account}`}`);
    return exit.ok;
  } finally {
    await session.close();
  }
};

export const switchOptions = {
  account: { type: 'string', multiple: true },
  reason: { type: 'string' },
} as const;
export const switchOptionHelp = { account: 'NAME  only this account', reason: 'TEXT  why, for the history' };
