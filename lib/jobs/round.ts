import { recordKey, recordName } from '../audit/record.ts';
import { whyUnreadable } from '../audit/stored.ts';
import { change, type Draft, type Item, type Key, keyName } from '../audit/table.ts';
import { contentId } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { recordGuards } from '../plan/guards.ts';
import { rulesId } from '../plan/ids.ts';
import type { PlanItem, ScopeStatus } from '../plan/item.ts';
import type { Account } from '../policy/policy.ts';
import { type AccountItem, changeAccount, type Round } from './account.ts';
import { paged } from './plans.ts';
import type { Ports } from './ports.ts';
import { failedScope, isLeftOut } from './reading.ts';
import { readRecords } from './records.ts';
import { type ScopeItem, scopeKey } from './scope.ts';

/*
 * A scan that runs out of time or calls goes on in another part: the round is all its parts. A scope is listed whole, in one
 * part, once a round. What each part proposes is kept beside the scope until the last part makes the one plan of all of them.
 *
 *   none ─ scopes are left out ─▶ part 1 comes next ─ … ─▶ part n comes next ─ none is left out ─▶ plan, none
 */

/** The round that a scan now goes on with, if there is one: of the same policy, and not too old. */
export const roundNow = (own: AccountItem | undefined, policy: string, now: Ms): Round | undefined => {
  const { round } = own ?? {};
  return round?.policy === policy && round.began > now - limits.scanRoundMs ? round : undefined;
};

/** Scopes that had their turn in earlier parts, with what those parts propose. */
export type Earlier = { statuses: readonly ScopeStatus[]; items: readonly PlanItem[] };
export const nothingEarlier: Earlier = { statuses: [], items: [] };

type FoundPage = Item & { items: readonly PlanItem[] };
const pageKey = ({ pk }: Key, page: number): Key => ({ pk, sk: `found#${page}` });

/** Keeps what is proposed in one scope, pages first. What is answered goes into the scope's item, and is what makes them count. */
export const keepFound = async (
  ports: Ports,
  account: string,
  scope: string,
  items: readonly PlanItem[],
): Promise<{ pages: number; hash: string }> => {
  const proposed = items.filter(({ decision }) => decision === 'propose');
  const pages = paged(proposed);
  for (const [page, content] of pages.entries()) {
    const key = pageKey(scopeKey(account, scope), page);
    await change<FoundPage>(ports, key, () => ({ next: { ...key, items: content } as Draft<FoundPage> }));
  }
  return { pages: pages.length, hash: contentId(proposed) };
};

/** Pages that another scan wrote over do not have the hash that the scope's item names: null. */
const readFound = (item: ScopeItem, pages: ReadonlyMap<string, Item>): readonly PlanItem[] | null => {
  const { found } = item.lastScan ?? {};
  if (!found) return null;
  const items = foundKeys(item).flatMap((key) => (pages.get(keyName(key)) as FoundPage | undefined)?.items ?? []);
  return contentId(items) === found.hash ? items : null;
};
const foundKeys = (item: ScopeItem): Key[] =>
  Array.from({ length: item.lastScan?.found?.pages ?? 0 }, (_, page) => pageKey(item, page));

const believed = (items: readonly Item[]): Item[] => items.filter((item) => whyUnreadable(item) === null);

/** The scope as the last part's plan needs it, or null where it has to be listed. */
const earlierScope = (item: ScopeItem, began: Ms, pages: ReadonlyMap<string, Item>) => {
  const { scope, lastScan, lastGood } = item;
  if (!lastScan || lastScan.at < began) return null;
  const { status, code = '', message = '' } = lastScan;
  if (status !== 'complete') {
    const failed = failedScope(scope, status, code, message);
    return isLeftOut(failed) ? null : { status: failed, items: [] };
  }
  const items = readFound(item, pages);
  return items && { status: { scope, status, webhooks: lastGood?.webhooks ?? 0 }, items };
};

/** What the earlier parts of a round found at these scopes, less what the records say against it by now. */
export const earlierParts = async (
  ports: Ports,
  account: Account,
  scopes: readonly string[],
  { began }: Round,
  stopped: boolean,
): Promise<Earlier> => {
  const items = believed(await ports.table.get(scopes.map((scope) => scopeKey(account.name, scope)))) as ScopeItem[];
  const pages = new Map(believed(await ports.table.get(items.flatMap(foundKeys))).map((page) => [keyName(page), page]));
  const had = items.flatMap((item) => earlierScope(item, began, pages) ?? []);
  const proposed = had.flatMap((scope) => scope.items);
  const records = await readRecords(ports, proposed.map(recordKey));
  const rules = rulesId(account);
  const now = ports.clock.now();
  const known = new Map(records.map((record) => [recordName(record), record]));
  const stands = (item: PlanItem): boolean => {
    const record = known.get(recordName(item));
    return !stopped && (!record || recordGuards(record, item.fingerprint, rules, now).length === 0);
  };
  return { statuses: had.map(({ status }) => status), items: proposed.filter(stands) };
};

const isSame = (a: Round | undefined, b: Round | undefined): boolean => a?.began === b?.began && a?.part === b?.part;

/** Writes down which part comes next. False where another scan of the account did so meanwhile: it goes on, not this one. */
export const nextPart = async (ports: Ports, name: string, known: Round | undefined, next: Round): Promise<boolean> =>
  (await changeAccount(ports, name, (base) => (isSame(base.round, known) ? { next: { ...base, round: next } } : null)))
    .won;

/** The plan of the whole round is made. */
export const endRound = async (ports: Ports, own: AccountItem | undefined): Promise<void> => {
  if (!own?.round) return;
  await changeAccount(ports, own.name, (base) =>
    base.round?.began === own.round?.began ? { next: { ...base, round: undefined } } : null,
  );
};
