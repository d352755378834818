import { approve } from '../jobs/decide.ts';
import { type PlanHeader, plansOf, storeGroup, storePlan } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { type Command, CommandError, type Context, type ExitCode, exit, type Session } from './command.ts';
import { confirmProduction, refuseStopped } from './consent.ts';
import { type AccountProposals, proposalsOf, readPlan } from './plan-file.ts';

export type Applied = {
  account: string;
  planId: string;
  items: number;
  taken: number;
  /** An earlier approval of the same plan had taken it. */
  before: boolean;
  dropped: PlanHeader['dropped'];
  /** Why none of it was taken. */
  refused?: string;
};

const isApproved = (header: PlanHeader | undefined): header is PlanHeader =>
  header?.status === 'approved' || header?.status === 'opened';

const resultOf = ({ account, planId, items, dropped }: PlanHeader, before: boolean): Applied => ({
  account,
  planId,
  items,
  taken: items - dropped.length,
  before,
  dropped,
});

/** Stores what one account's plan proposes and agrees to it. A plan that was agreed to before stays as it is. */
const applyOne = async (
  ports: Ports,
  { account, planId, items }: AccountProposals,
  createdAt: number,
  reason: string,
): Promise<Applied> => {
  const [there] = await plansOf(ports, planId);
  if (isApproved(there)) return resultOf(there, true);
  await storePlan(ports, { planId, account, policy: ports.policy.hash, createdAt }, items);
  const { results, plans } = await approve(ports, planId, reason);
  const [header] = plans;
  if (header) return resultOf(header, false);
  const refused = results[0]?.detail ?? 'nobody said why';
  return { account, planId, items: items.length, taken: 0, before: false, dropped: [], refused };
};

const tell = ({ out }: Context, { running }: Session, applied: readonly Applied[]): void => {
  for (const { account, items, taken, before, dropped, refused } of applied) {
    const when = before ? ' (agreed to before; nothing changed)' : '';
    out.line(refused ? `${account}: nothing taken: ${refused}` : `${account}: ${taken} of ${items} taken${when}`);
    for (const { webhookId, why } of dropped) out.line(`  ${webhookId} dropped: ${why}`);
  }
  if (applied.some(({ taken }) => taken > 0))
    out.line(running ? 'The hooksweep that runs on this folder carries it out.' : 'Next: hooksweep run --until-idle');
};

const exitOf = (applied: readonly Applied[]): ExitCode => {
  const whole = applied.every(({ dropped, refused }) => !refused && dropped.length === 0);
  return whole ? exit.ok : exit.partly;
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values, positionals, cwd } = context;
  const file = positionals[0] ?? '';
  const plan = await readPlan(file, cwd);
  const session = await context.session('local');
  try {
    const { ports } = session;
    const parts = proposalsOf(plan, file, session.policy, ports.clock.now());
    const accounts = parts.map(({ account }) => account);
    const count = parts.reduce((sum, { items }) => sum + items.length, 0);
    await refuseStopped(ports, accounts);
    const onProduction = parts.flatMap(({ items }) => items.filter(({ environment }) => environment === 'production'));
    await confirmProduction(context, ports, accounts, `${onProduction.length} webhooks go`);
    if (parts.length > 1)
      await storeGroup(
        ports,
        plan.planId,
        parts.map(({ planId }) => planId),
      );
    const applied: Applied[] = [];
    const reason = typeof values.reason === 'string' ? values.reason : `hooksweep apply ${file}`;
    for (const part of parts) applied.push(await applyOne(ports, part, Date.parse(plan.createdAt), reason));
    const [first] = applied;
    if (first?.refused && applied.every(({ refused }) => refused)) {
      const message = `nothing of ${file} was taken: ${first.refused}`;
      throw new CommandError(
        { code: 'refused', message, file, hint: 'scan again, and review the new plan' },
        exit.refused,
      );
    }
    out.document({ planId: plan.planId, accounts: applied, running: session.running });
    if (count === 0) out.line('The plan proposes nothing, so there is nothing to do.');
    tell(context, session, applied);
    return exitOf(applied);
  } finally {
    await session.close();
  }
};

export const apply: Command = {
  name: 'apply',
  summary: 'Approve a reviewed plan: exactly what it proposes, under the guards of today.',
  usage: 'PLAN.json',
  about: `Queues the proposals of a plan that \`hooksweep scan --out\` wrote. It touches no webhook itself: \`hooksweep run\` does, and
judges each webhook again before each step. A plan that was edited, made under another policy or lapsed (7 days) is refused.
Exit codes: 0 all taken, 3 some dropped, 4 refused as a whole, 1 no plan.`,
  options: { reason: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history' },
  positionals: { min: 1, max: 1 },
  examples: ['hooksweep scan --out plan.json && hooksweep apply plan.json --reason "ticket 123"'],
  run,
};
