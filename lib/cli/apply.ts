import type { Applied } from '../requests/apply.ts';
import type { Asked } from '../requests/requests.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { agreed } from './consent.ts';
import { nextStep } from './desk.ts';
import { readPlan } from './plan-file.ts';

const tell = ({ out }: Context, applied: readonly Applied[]): void => {
  for (const { account, items, taken, before, dropped, refused } of applied) {
    const when = before ? ' (agreed to before; nothing changed)' : '';
    out.line(refused ? `${account}: nothing taken: ${refused}` : `${account}: ${taken} of ${items} taken${when}`);
    for (const { webhookId, why } of dropped) out.line(`  ${webhookId} dropped: ${why}`);
  }
};

const exitOf = (applied: readonly Applied[]): ExitCode => {
  const whole = applied.every(({ dropped, refused }) => !refused && dropped.length === 0);
  return whole ? exit.ok : exit.partly;
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values, positionals, cwd } = context;
  const file = positionals[0] ?? '';
  const plan = await readPlan(file, cwd);
  const reason = textOf(values, 'reason') || `hooksweep apply ${file}`;
  const desk = await context.desk('local');
  try {
    const answer = await agreed(context, (yes) =>
      desk.ask('apply', { plan: plan as unknown as Asked<'apply'>['plan'], file, reason, yes }),
    );
    const { accounts } = answer;
    out.document({ ...answer, running: desk.carrier !== null });
    if (accounts.length === 0) out.line('The plan proposes nothing, so there is nothing to do.');
    tell(context, accounts);
    if (accounts.some(({ taken }) => taken > 0)) out.line(nextStep(desk));
    return exitOf(accounts);
  } finally {
    await desk.close();
  }
};

export const apply: Command = {
  name: 'apply',
  summary: 'Approve a reviewed plan: exactly what it proposes, under the guards of today.',
  usage: 'PLAN.json',
  about: `Queues the proposals of a plan that \`hooksweep scan --out\` wrote. It touches no webhook itself: \`hooksweep run\` does, and
judges each webhook again before each step. A plan that was edited, made under another policy or lapsed (7 days) is refused.
Exit codes: 0 all taken, 3 some dropped, 4 refused as a whole, 1 no plan.`,
  effects: {
    reads: 'the plan file, the policy, what is kept',
    changes: 'opens a record for each item and queues it; no webhook',
  },
  options: { reason: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history' },
  positionals: { min: 1, max: 1 },
  examples: ['hooksweep scan --out plan.json && hooksweep apply plan.json --reason "ticket 123"'],
  run,
};
