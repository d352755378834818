import type { Decided } from '../jobs/decide.ts';
import { type Context, type ExitCode, exit } from './command.ts';
import { agreed } from './consent.ts';
import { type Desk, nextStep } from './desk.ts';

/** Applies a decision to plans and records by name, and says what came of each. */
export const decide = async (
  context: Context,
  act: (desk: Desk, yes: boolean) => Promise<{ results: readonly Decided[] }>,
  leadsOn: boolean,
): Promise<ExitCode> => {
  const { out } = context;
  const desk = await context.desk('local');
  try {
    const { results } = await agreed(context, (yes) => act(desk, yes));
    out.document({ results });
    for (const { target, ok, detail } of results)
      out.line(`${ok ? out.style.green('done') : out.style.red('not done')}  ${target}: ${detail}`);
    const done = results.filter(({ ok }) => ok).length;
    if (done > 0 && leadsOn) out.line(nextStep(desk));
    if (done === 0) return exit.error;
    return done < results.length ? exit.partly : exit.ok;
  } finally {
    await desk.close();
  }
};
