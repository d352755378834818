import { plain } from '../cli/plain.ts';
import { details } from '../cli/plan-table.ts';
import { timeText } from '../cli/time-text.ts';
import type { Plan, PlanItem } from '../plan/item.ts';
import type { Row } from './view.ts';

/** The same value with each text made harmless: no control characters, nothing that turns or hides text. */
const plainAll = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'string' ? plain(member) : member)));

const order = { propose: 0, keep: 1, report: 2 } as const satisfies Record<PlanItem['decision'], number>;

const aboutOf = ({ account, provider, environment, scope, webhookId, kind, enabled, createdAt }: PlanItem): string =>
  [
    `${account} (${provider}, ${environment})`,
    ...(scope === account ? [] : [scope]),
    `${kind === 'endpoint' ? 'webhook' : 'signing secret'} ${webhookId}`,
    enabled ? 'on' : 'off',
    ...(createdAt ? [`created ${timeText(createdAt)}`] : []),
  ].join(' · ');

const rowOf = (item: PlanItem): Row => ({
  account: item.account,
  decision: item.decision,
  title: item.url ?? item.name ?? item.webhookId,
  about: aboutOf(item),
  rules: [...new Set(item.findings.map(({ rule }) => rule))],
  guards: [...new Set(item.guards.map(({ guard }) => guard))],
  details: [
    ...(item.url !== null && item.name !== null ? [['name', item.name] as const] : []),
    ...details(item),
    ...(item.events.length > 0 ? [['events', item.events.join(', ')] as const] : []),
  ],
});

/** Every item of a plan: what goes first, then what is kept, then what is only reported. */
export const rowsOf = ({ items }: Pick<Plan, 'items'>): Row[] =>
  plainAll(items.toSorted((a, b) => order[a.decision] - order[b.decision]).map(rowOf));

export type Tally = Record<PlanItem['decision'], number>;

/** How many rows of each decision there are under each name that `namesOf` gives, most proposed first. */
export const tallies = (rows: readonly Row[], namesOf: (row: Row) => readonly string[]): [string, Tally][] => {
  const found = new Map<string, Tally>();
  for (const row of rows)
    for (const name of namesOf(row)) {
      const tally = found.get(name) ?? { propose: 0, keep: 0, report: 0 };
      tally[row.decision] += 1;
      found.set(name, tally);
    }
  return [...found].sort(([a, x], [b, y]) => y.propose - x.propose || y.keep - x.keep || (a < b ? -1 : 1));
};
