import type { Plan, PlanItem } from '../plan/item.ts';

type Row = readonly string[];

const of = ({ items }: Plan, account: string, decision?: PlanItem['decision']): readonly PlanItem[] =>
  items.filter((item) => item.account === account && (decision === undefined || item.decision === decision));

/** How what is proposed would go. */
const way = (proposed: readonly PlanItem[]): string => {
  const direct = proposed.filter(({ via }) => !via.includes('disable')).length;
  if (proposed.length === 0) return '';
  if (direct === 0) return 'switched off first';
  return direct === proposed.length ? 'straight after the wait' : `${proposed.length - direct} switched off first`;
};

/** A row an account: how many there are, and what the scan says of them. */
export const foundRows = (plan: Plan): readonly Row[] =>
  plan.accounts.map(({ account, webhooks }) => {
    const proposed = of(plan, account, 'propose');
    const [kept, reported] = [of(plan, account, 'keep').length, of(plan, account, 'report').length];
    const rest = [kept > 0 ? `${kept} kept by a guard` : '', reported > 0 ? `${reported} only reported` : ''];
    return [
      account,
      `${webhooks} webhooks`,
      `${proposed.length} to delete`,
      way(proposed),
      rest.filter((text) => text).join(', '),
    ];
  });

const subject = ({ url, name, webhookId, kind }: PlanItem): string =>
  url ?? name ?? (kind === 'signing-secret' ? `secret ${webhookId}` : webhookId);

/** The first words of a sentence: what stands before a bracket, a comma or a semicolon. */
const gist = (evidence: string): string => evidence.split(/ \(|[,;] /)[0] ?? evidence;

/** For each account one that would go, of another rule than those before where there is one. */
export const examples = (plan: Plan): readonly Row[] => {
  const shown = new Set<string>();
  return plan.accounts.flatMap(({ account }) => {
    const proposed = of(plan, account, 'propose');
    const item = proposed.find(({ findings }) => !shown.has(findings[0]?.rule ?? '')) ?? proposed[0];
    const [finding] = item?.findings ?? [];
    if (item === undefined || finding === undefined) return [];
    shown.add(finding.rule);
    return [[account, subject(item), `${finding.rule}: ${gist(finding.evidence)}`]];
  });
};

/** One that takes every step. */
export const storyOf = ({ items }: Plan): Pick<PlanItem, 'account' | 'webhookId'> => {
  const found = items.find(({ decision, via }) => decision === 'propose' && via.includes('disable'));
  if (found === undefined) throw new Error('the simulated providers have nothing that could be switched off');
  return found;
};

/** `2 protected, 4 only reported, 1 without a finding`. */
const reasons = (items: readonly PlanItem[], webhooks: number): string => {
  const counts = new Map<string, number>();
  const add = (reason: string, by = 1) => counts.set(reason, (counts.get(reason) ?? 0) + by);
  for (const { guards } of items) add(guards[0]?.guard ?? 'only reported');
  add('without a finding', webhooks - items.length);
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
};

type Left = {
  rows: readonly Row[];
  gone: number;
  stayed: number;
  accounts: readonly { account: string; provider: string; before: number; after: number }[];
};

/** What two scans, before and after, say of each account. */
export const leftRows = (before: Plan, after: Plan): Left => {
  const accounts = before.accounts.map(({ account, provider, webhooks }) => {
    const now = after.accounts.find((one) => one.account === account)?.webhooks ?? 0;
    return { account, provider, before: webhooks, after: now };
  });
  const sum = (count: (one: Left['accounts'][number]) => number) => accounts.reduce((all, one) => all + count(one), 0);
  return {
    accounts,
    rows: accounts.map((one) => [
      one.account,
      `${one.before} → ${one.after}`,
      reasons(of(after, one.account), one.after),
    ]),
    gone: sum((one) => one.before - one.after),
    stayed: sum((one) => one.after),
  };
};
