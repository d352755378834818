import type { AccountPlan, Plan, PlanItem } from '../plan/item.ts';
import type { Policy } from '../policy/policy.ts';
import type { Output } from './command.ts';
import { plain } from './plain.ts';
import { type Cell, tableLines } from './table.ts';
import { durationText, timeText } from './time-text.ts';

type Style = Output['style'];

export const verbs = { propose: 'delete', keep: 'keep', report: 'report' } as const satisfies Record<
  PlanItem['decision'],
  string
>;
const order = { propose: 0, keep: 1, report: 2 } as const satisfies Record<PlanItem['decision'], number>;
const colourOf = (style: Style) => ({ propose: style.red, keep: style.green, report: style.yellow });

const times = ({ earliest, via }: PlanItem): string => {
  const disable = earliest.disable && `disabled ${timeText(earliest.disable)}`;
  const remove = earliest.delete && `deleted ${timeText(earliest.delete)}`;
  const steps = [via.includes('disable') ? disable : null, remove].filter((step) => step);
  return `${steps.join(', ')}, if approved now`;
};

/** What is said below an item, each with its label. */
export const details = (item: PlanItem): [string, string][] => {
  const { findings, guards, survivor, needsApproval, restore, decision } = item;
  const proposed = decision === 'propose';
  return [
    ...findings.map(({ rule, confidence, evidence }): [string, string] => [`${rule} (${confidence})`, evidence]),
    ...guards.map(({ guard, detail }): [string, string] => [`kept: ${guard}`, detail]),
    ...(survivor ? [['stays', `${survivor.webhookId}: ${survivor.reason}`] as [string, string]] : []),
    ...(needsApproval.length > 0 ? [['approval', needsApproval.join(', ')] as [string, string]] : []),
    ...(proposed ? [['earliest', times(item)] as [string, string]] : []),
    ...(proposed && restore.possible !== 'yes'
      ? [['restore', `${restore.possible}: ${restore.lost.join(', ')} would be lost`] as [string, string]]
      : []),
  ];
};

const accountHead = (style: Style, { account, provider, environment, webhooks, status }: AccountPlan): string => {
  const count = `${webhooks} ${webhooks === 1 ? 'webhook' : 'webhooks'}`;
  return `${style.bold(account)}  ${provider}, ${environment}, ${status === 'complete' ? count : style.red(`${status}, ${count} read`)}`;
};

const troubles = (style: Style, { scopes }: AccountPlan): string[] =>
  scopes.flatMap(({ scope, status, error }) =>
    status === 'complete'
      ? []
      : [
          `  ${style.red(status)}  ${plain(scope)}: ${plain(error?.message ?? 'it could not be read')}`,
          `    ${style.dim(`hint: ${plain(error?.hint ?? 'scan again')}`)}`,
        ],
  );

const itemLines = (style: Style, items: readonly PlanItem[]): string[] => {
  const heads = tableLines(
    items.map(({ decision, webhookId, enabled, url, name, kind }): (string | Cell)[] => [
      { text: verbs[decision], style: colourOf(style)[decision] },
      webhookId,
      enabled ? 'on' : 'off',
      { text: url ?? name ?? kind, style: style.bold },
    ]),
    '  ',
  );
  return items.flatMap((item, at) => [heads[at] ?? '', ...tableLines(details(item), '      ')]);
};

const byDecision = (a: PlanItem, b: PlanItem): number => order[a.decision] - order[b.decision];

/** Flags that somebody must look at, whatever else is in the plan. */
const securityLines = (style: Style, items: readonly PlanItem[]): string[] => {
  const flagged = items.filter(({ findings }) => findings.some(({ confidence }) => confidence === 'security'));
  if (flagged.length === 0) return [];
  const rows = flagged.map(({ account, webhookId, url, findings }) => [
    account,
    webhookId,
    url ?? '',
    findings.find(({ confidence }) => confidence === 'security')?.evidence ?? '',
  ]);
  const title = style.red(style.bold('SECURITY: deliveries go to a receiver that attackers and testers use'));
  return [title, ...tableLines(rows, '  '), ''];
};

const waits = (policy: Policy, items: readonly PlanItem[]): string => {
  const accounts = new Set(items.map(({ account }) => account));
  const all = policy.accounts.filter(({ name }) => accounts.has(name)).map(({ lifecycle }) => lifecycle.observeMs);
  const [least = 0, most = 0] = [Math.min(...all), Math.max(...all)];
  return least === most ? durationText(least) : `${durationText(least)} to ${durationText(most)}`;
};

/** The last line of a scan: the counts, that nothing was changed, and what to type next. */
export const footer = (policy: Policy, { items, summary }: Plan, planFile: string | null): string => {
  const proposed = items.filter(({ decision }) => decision === 'propose');
  const disabled = proposed.filter(({ via }) => via.includes('disable'));
  const lost = (how: 'no' | 'partly') => proposed.filter(({ restore }) => restore.possible === how).length;
  const first = disabled.length > 0 ? ` (${disabled.length} disabled first, ${waits(policy, disabled)})` : '';
  const counts = [
    `${summary.proposed} to delete${first}`,
    `${summary.kept} kept`,
    `${summary.reported} reported`,
    ...(lost('no') > 0 ? [`${lost('no')} cannot be restored`] : []),
    ...(lost('partly') > 0 ? [`${lost('partly')} can be restored only in part`] : []),
  ];
  const next = planFile === null ? 'hooksweep scan --out plan.json' : `hooksweep apply ${plain(planFile)}`;
  return `${counts.join(', ')}. Nothing was changed.${summary.proposed > 0 ? ` Next: ${next}` : ''}`;
};

/** A plan for people, grouped by account: what goes first, then what is kept, then what is only reported. */
export const planLines = (plan: Plan, style: Style): string[] => [
  ...securityLines(style, plan.items),
  ...plan.accounts.flatMap((account) => [
    accountHead(style, account),
    ...troubles(style, account),
    ...itemLines(style, plan.items.filter((item) => item.account === account.account).toSorted(byDecision)),
    '',
  ]),
];
