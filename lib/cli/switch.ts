import { textOf } from './args.ts';
import { type Context, type ExitCode, exit } from './command.ts';
import { namedAccounts } from './option.ts';

/** Turns the kill switch, for the accounts of `--account` or for all at once. */
export const turn = async (context: Context, verb: 'stop' | 'start'): Promise<ExitCode> => {
  const { out, values } = context;
  const desk = await context.desk('local');
  try {
    const reason = textOf(values, 'reason') || (verb === 'stop' ? 'stopped by hand' : 'started by hand');
    const named = values.account === undefined ? null : namedAccounts(context);
    const answer = await desk.ask(verb, { reason, ...(named && { account: named }) });
    out.document(answer);
    const where = named?.join(', ') ?? 'everything';
    out.line(
      answer.stopped
        ? `${where} is stopped: nothing is switched off or deleted from now on. What must be put back still is.`
        : `${where} is started.`,
    );
    if (!answer.stopped)
      for (const { account, reason: why } of answer.accounts.filter((one) => one.stopped))
        out.warn(`${account} is still stopped (${why}): start it ${named ? 'for all' : `with --account ${account}`}`);
    return exit.ok;
  } finally {
    await desk.close();
  }
};

export const switchOptions = {
  account: { type: 'string', multiple: true },
  reason: { type: 'string' },
} as const;
export const switchOptionHelp = { account: 'NAME  only this account', reason: 'TEXT  why, for the history' };
