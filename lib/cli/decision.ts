import { type Decided, decideOn, subjectFrom } from '../jobs/decide.ts';
import { plansOf } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { type Context, type ExitCode, exit } from './command.ts';

/** Names of the accounts that these plans and records belong to. */
export const accountsOf = async (ports: Ports, targets: readonly string[]): Promise<string[]> => {
  const names = await Promise.all(
    targets.map(async (target) => {
      if (target.startsWith('sha256:')) return (await plansOf(ports, target)).map(({ account }) => account);
      return [subjectFrom(target)?.account ?? ''];
    }),
  );
  return names.flat();
};

/** Applies a decision to plans and records by name, says what came of each, and closes the session. */
export const decide = async (
  context: Context,
  action: 'approve' | 'veto' | 'release',
  reason: string,
  until: number | null = null,
  before: (ports: Ports) => Promise<void> = async () => {},
): Promise<ExitCode> => {
  const { out, positionals } = context;
  const session = await context.session('local');
  try {
    await before(session.ports);
    const results: Decided[] = await decideOn(session.ports, action, positionals, reason, until);
    out.document({ results });
    for (const { target, ok, detail } of results)
      out.line(`${ok ? out.style.green('done') : out.style.red('not done')}  ${target}: ${detail}`);
    const done = results.filter(({ ok }) => ok).length;
    if (done > 0 && action !== 'veto' && !session.running) out.line('Next: hooksweep run --until-idle');
    if (done === 0) return exit.error;
    return done < results.length ? exit.partly : exit.ok;
  } finally {
    await session.close();
  }
};
