import { type CleanupRecord, recordKey } from '../audit/record.ts';
import { readable, unreadableItem } from '../audit/stored.ts';
import { type Change, change, type Draft, type Item, type Key, read } from '../audit/table.ts';
import { canonical } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { vetoStands } from '../plan/guards.ts';
import { accountPlanId, rulesId } from '../plan/ids.ts';
import type { PlanItem } from '../plan/item.ts';
import type { Account } from '../policy/policy.ts';
import { changeAccount } from './account.ts';
import { type CanaryVerdict, canary, firstWave } from './canary.ts';
import { approveRecord, openingOf, propose, unpark } from './cycle.ts';
import { follow } from './follow.ts';
import { accountOf, type Ports } from './ports.ts';
import { readRecord, readRecords } from './records.ts';

export type PlanStatus = 'pending' | 'approved' | 'halted' | 'opened' | 'superseded' | 'withdrawn' | 'lapsed';

/** The plan of one account as it waits. Pages come first and the header last, so that a header means a whole plan. */
export type PlanHeader = Item & {
  planId: string;
  account: string;
  policy: string;
  createdAt: Ms;
  status: PlanStatus;
  pages: number;
  items: number;
  approval?: { actor: string; reason: string; at: Ms };
  /** How many items are on their way, in the plan's order; the others are approved and wait for the canary. */
  released: number;
  /** All items have their record. */
  laid: boolean;
  /** Why the canary halted it; a person who approves it again opens the rest at once (`forced`). */
  halted?: string;
  forced: boolean;
  /** Items that were not opened, and why, after an approval. */
  dropped: readonly { webhookId: string; why: string }[];
};
type PlanPage = Item & { items: readonly PlanItem[] };
/** One id for several accounts' plans. */
type PlanGroup = Item & { planIds: readonly string[] };

const headerKey = (planId: string): Key => ({ pk: `plan#${planId}`, sk: 'header' });
const pageKey = (planId: string, page: number): Key => ({ pk: `plan#${planId}`, sk: `page#${page}` });
const groupKey = (planId: string): Key => ({ pk: `plan#${planId}`, sk: 'group' });

export const readHeader = (ports: Ports, planId: string) => read<PlanHeader>(ports.table, headerKey(planId));

/** Items in pages of half of what an item may hold. */
export const paged = <Entry>(items: readonly Entry[]): Entry[][] => {
  const pages: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = Buffer.byteLength(canonical(item)) + 256;
    if (bytes + size > limits.itemBytesMax / 2) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(item);
    bytes += size;
  }
  return pages;
};

/** Stores the proposals of one account's plan, unless it is there already and still waits. */
export const storePlan = async (
  ports: Ports,
  plan: { planId: string; account: string; policy: string; createdAt: Ms },
  items: readonly PlanItem[],
): Promise<PlanHeader> => {
  const pages = paged(items);
  const there = await readHeader(ports, plan.planId);
  const waits = there?.status === 'pending' && there.createdAt + limits.planLapseMs > plan.createdAt;
  if (there && (waits || there.status === 'approved')) return there;
  for (const [page, content] of pages.entries())
    await change<PlanPage>(ports, pageKey(plan.planId, page), () => ({
      next: { ...pageKey(plan.planId, page), items: content } as Draft<PlanPage>,
    }));
  const content = {
    ...plan,
    status: 'pending' as const,
    pages: pages.length,
    items: items.length,
    dropped: [],
    released: 0,
    laid: false,
    forced: false,
  };
  const written = await change<PlanHeader>(ports, headerKey(plan.planId), () => ({
    next: { ...headerKey(plan.planId), ...content },
  }));
  if (!written.item) throw new Error(`the plan ${plan.planId} was not written`);
  return written.item;
};

export const storeGroup = (ports: Ports, planId: string, planIds: readonly string[]) =>
  change<PlanGroup>(ports, groupKey(planId), (there) => (there ? null : { next: { ...groupKey(planId), planIds } }));

/** The accounts' plans behind an id, which may be one account's or that of several. */
export const plansOf = async (ports: Ports, planId: string): Promise<PlanHeader[]> => {
  const group = await read<PlanGroup>(ports.table, groupKey(planId));
  const ids = group?.planIds ?? [planId];
  return readable<PlanHeader>(await ports.table.get(ids.map(headerKey)));
};

const setStatus = (ports: Ports, planId: string, from: readonly PlanStatus[], patch: Partial<PlanHeader>) =>
  change<PlanHeader>(ports, headerKey(planId), (current): Change<PlanHeader> | null =>
    current && from.includes(current.status) ? { next: { ...current, ...patch } } : null,
  );

/** Makes this the plan that waits at its account; the one that waited before is superseded or, for null, withdrawn. */
export const awaitApproval = async (ports: Ports, account: string, planId: string | null): Promise<void> => {
  let before: string | undefined;
  await changeAccount(ports, account, (base) => {
    before = base.pendingPlan;
    return base.pendingPlan === (planId ?? undefined) ? null : { next: { ...base, pendingPlan: planId ?? undefined } };
  });
  if (before && before !== planId)
    await setStatus(ports, before, ['pending'], { status: planId ? 'superseded' : 'withdrawn' });
};

export type Approval = { ok: true; header: PlanHeader } | { ok: false; why: string };

/** The approval of a whole plan: its header is marked, its records follow, by us or by the sweep. */
export const approvePlan = async (ports: Ports, planId: string, reason: string): Promise<Approval> => {
  const now = ports.clock.now();
  const header = await readHeader(ports, planId);
  const account = header && accountOf(ports.policy, header.account);
  if (!header) return { ok: false, why: `there is no plan ${planId} here` };
  if (!account) return { ok: false, why: `its account ${header.account} is not in the policy any more` };
  if (header.policy !== ports.policy.hash)
    return { ok: false, why: 'the policy changed since it was made; scan again' };
  if (header.createdAt + limits.planLapseMs < now) {
    await setStatus(ports, planId, ['pending'], { status: 'lapsed' });
    return { ok: false, why: `it lapsed on ${iso(header.createdAt + limits.planLapseMs)}; scan again` };
  }
  if (header.status === 'approved' || header.status === 'opened') return { ok: true, header };
  if (header.status !== 'pending' && header.status !== 'halted')
    return { ok: false, why: `it is ${header.status}; scan again` };
  await changeAccount(ports, header.account, (base) =>
    base.opening.includes(planId) ? null : { next: { ...base, opening: [...base.opening, planId], introduced: true } },
  );
  const approval = { actor: ports.actor, reason, at: now };
  const forced = header.forced || header.status === 'halted';
  const written = await setStatus(ports, planId, ['pending', 'halted'], { status: 'approved', approval, forced });
  return written.item ? { ok: true, header: written.item } : { ok: false, why: 'it vanished; scan again' };
};

/** The record went on from this very approval already; it may even have ended by now. */
const isOpenedBy = ({ planId, approval }: PlanHeader, record: CleanupRecord): boolean =>
  record.planId === planId &&
  record.state !== 'proposed' &&
  Date.parse(record.history.at(-1)?.at ?? '') >= (approval?.at ?? Number.POSITIVE_INFINITY);

const openItem = async (
  ports: Ports,
  item: PlanItem,
  header: PlanHeader,
  account: Account,
  parked: boolean,
): Promise<string | null> => {
  const now = ports.clock.now();
  const rules = rulesId(account);
  const before = await readRecord(ports, item);
  if (before && vetoStands(before, item.fingerprint, rules, now)) return 'vetoed';
  if (before && isOpenedBy(header, before)) return null;
  const opening = openingOf(item, header.planId, rules);
  const approver: Ports = { ...ports, actor: header.approval?.actor ?? ports.actor };
  const proposed = await propose(approver, opening, 'approve', now);
  const record = proposed.item;
  if (record?.planId === header.planId && record.state !== 'proposed') return null;
  const detail = header.approval?.reason ?? '';
  const approved = await approveRecord(approver, opening, account, 'approve', detail, now, parked);
  if (!approved.won) return record?.veto ? 'vetoed' : `its record is ${record?.state ?? 'gone'} and was not opened`;
  await follow(ports, approved.item);
  return null;
};

/** The items of a stored plan. Throws where they are not the ones of its id; another policy's rules cannot tell. */
const itemsOf = async (ports: Ports, { planId, pages, policy, account: name }: PlanHeader): Promise<PlanItem[]> => {
  const keys = Array.from({ length: pages }, (_, page) => pageKey(planId, page));
  const found = readable<PlanPage>(await ports.table.get(keys));
  const items = found.sort((a, b) => pageNumber(a) - pageNumber(b)).flatMap((page) => page.items);
  const account = accountOf(ports.policy, name);
  const told = account && policy === ports.policy.hash ? accountPlanId(account, policy, items) : planId;
  const stray = items.some((item) => item.account !== name);
  if (told !== planId || stray) throw unreadableItem(headerKey(planId), 'its items are not those of its id');
  return items;
};
const pageNumber = ({ sk }: Key): number => Number(sk.slice('page#'.length));

/** What the canary says of an approved plan now. */
const canaryOf = async (ports: Ports, header: PlanHeader, items: readonly PlanItem[]): Promise<CanaryVerdict> => {
  const { released, planId, forced } = header;
  const records = await readRecords(ports, items.slice(0, released).map(recordKey));
  return canary(records, released, items.length, planId, forced);
};

/** An approved plan that only waits for its canary. */
export const isAwaitingCanary = async (ports: Ports, planId: string): Promise<boolean> => {
  const header = await readHeader(ports, planId);
  if (header?.status !== 'approved') return false;
  return (await canaryOf(ports, header, await itemsOf(ports, header))).do === 'wait';
};

/** The plan is not opened any further: it is all open, or a person has to look. */
const leave = async (ports: Ports, header: PlanHeader, patch: Partial<PlanHeader>): Promise<PlanHeader | undefined> => {
  const { planId, account } = header;
  const written = await setStatus(ports, planId, ['approved'], patch);
  await changeAccount(ports, account, (base) => {
    const opening = base.opening.filter((id) => id !== planId);
    const isDone = patch.status === 'opened' && base.pendingPlan === planId;
    const pendingPlan = patch.status === 'halted' ? planId : isDone ? undefined : base.pendingPlan;
    return { next: { ...base, opening, pendingPlan } };
  });
  return written.item;
};

/** Opens a record for each item; only the first is on its way then. */
const lay = async (ports: Ports, header: PlanHeader, items: readonly PlanItem[], account: Account) => {
  const dropped: { webhookId: string; why: string }[] = [];
  for (const [at, item] of items.entries()) {
    const why = await openItem(ports, item, header, account, at >= firstWave && !header.forced);
    if (why) dropped.push({ webhookId: item.webhookId, why });
  }
  return { dropped, laid: true, released: Math.min(firstWave, items.length) };
};

/**
 * Opens the records of an approved plan and lets them go as far as its canary does: one, five, the rest. The sweep comes
 * back for the rest; it may be done again after a crash at any point.
 */
export const openPlan = async (ports: Ports, planId: string): Promise<PlanHeader | undefined> => {
  const header = await readHeader(ports, planId);
  const account = header && accountOf(ports.policy, header.account);
  if (!header || !account || header.status !== 'approved') return header;
  const items = await itemsOf(ports, header);
  if (!header.laid) {
    const laid = await lay(ports, header, items, account);
    if (laid.released === items.length) return leave(ports, header, { ...laid, status: 'opened' });
    return (await setStatus(ports, planId, ['approved'], laid)).item;
  }
  const verdict = await canaryOf(ports, header, items);
  if (verdict.do === 'wait') return header;
  if (verdict.do === 'halt') {
    ports.log({ level: 'error', message: 'a plan is halted', account: header.account, detail: verdict.why });
    return leave(ports, header, { status: 'halted', halted: verdict.why });
  }
  const next = items.slice(header.released, verdict.upTo).map(recordKey);
  for (const record of await readRecords(ports, next)) await unpark(ports, record, account, header.approval?.at ?? 0);
  const patch = { released: verdict.upTo };
  if (verdict.upTo === items.length) return leave(ports, header, { ...patch, status: 'opened' });
  return (await setStatus(ports, planId, ['approved'], patch)).item;
};

/** Keys of the records that a plan proposes. */
export const recordKeysOf = async (ports: Ports, planId: string): Promise<Key[]> => {
  const header = await readHeader(ports, planId);
  return header ? (await itemsOf(ports, header)).map(recordKey) : [];
};
