/**
 * Notices by what is written, not by who writes it: each account has an item that says up to when its stories were told and
 * which standing alarms. What is new since then is gathered from the records, published, and only then marked.
 *
 *   crash before the publish     nothing was told, nothing is marked: told at the next sweep
 *   crash after it, or no answer told again: twice, never not at all
 *   not accepted                 nothing is marked; what it announces waits, and so does its notice period
 */
import { changedKeys } from '../audit/query.ts';
import { type CleanupRecord, cycleKey, isFull, mark, note, recordKey, recordName, subjectOf } from '../audit/record.ts';
import { readable, unreadableItem, whyUnreadable } from '../audit/stored.ts';
import { change, type Item, type Key } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { bytesOf } from '../notices/forms.ts';
import { type Notice, noticeOf, type Telling } from '../notices/notice.ts';
import { scheduleOf } from '../plan/schedule.ts';
import type { Account } from '../policy/policy.ts';
import { fingerprintParts } from '../webhook.ts';
import { type AccountItem, everyAccount, readAccounts } from './account.ts';
import { awaitsNotice } from './awaits-notice.ts';
import { follow } from './follow.ts';
import { announcement, marksOf, newsOf, offerOn } from './news.ts';
import type { Ports } from './ports.ts';
import { readRecords } from './records.ts';
import { standingAt } from './standing.ts';

/** What was told of one account. */
type ToldItem = Item & {
  name: string;
  /** Lines of stories up to `limits.noticeLateMs` before this were told, or are older than the notices. */
  at: Ms;
  /** Later lines that were told. */
  told: readonly string[];
  /** Standing alarms and plans that were told, and when. */
  standing: Readonly<Record<string, Ms>>;
};

const toldKey = (name: string): Key => ({ pk: `account#${name}`, sk: 'notices' });
const daily = 24 * 60 * 60 * 1000;

/** By account. One that cannot be believed stands for an account of which nothing is told until a person looked at it. */
const readTold = async ({ table }: Ports, names: readonly string[]): Promise<Map<string, ToldItem>> =>
  new Map((await table.get(names.map(toldKey))).map((item) => [item.pk.slice('account#'.length), item as ToldItem]));

/** Records of these accounts in which something changed since then, by the index of time, and those at hand. */
const changedRecords = async (
  ports: Ports,
  names: ReadonlySet<string>,
  since: Ms,
  now: Ms,
  atHand: readonly CleanupRecord[],
): Promise<CleanupRecord[]> => {
  const known = new Set(atHand.map(({ pk }) => pk));
  const keys: Key[] = [];
  for await (const key of changedKeys(ports.table, since, now + daily))
    if (names.has(subjectOf(key.pk)?.account ?? '') && !known.has(key.pk)) keys.push(key);
  return [...atHand, ...(await readRecords(ports, keys))];
};

/** The same with the story of the cycle before, where the present one is as new as the news. */
const wholeStories = async (
  { table }: Ports,
  records: readonly CleanupRecord[],
  since: Ms,
): Promise<CleanupRecord[]> => {
  const isNew = ({ history: [first], cycle }: CleanupRecord) => cycle > 1 && Date.parse(first?.at ?? '') > since;
  const keys = records.filter(isNew).map((record) => cycleKey(record, record.cycle - 1));
  const closed = readable<Item & Pick<CleanupRecord, 'history'>>(await table.get(keys));
  const before = new Map(closed.map(({ pk, history }) => [pk, history]));
  return records.map((record) => ({ ...record, history: [...(before.get(record.pk) ?? []), ...record.history] }));
};

/** Fewer lines where all forms together are more than a message may hold. */
const fitting = (account: Account, tellings: readonly Telling[], now: Ms): Notice | null => {
  for (let lines: number = limits.noticeLinesMax; ; lines = Math.floor(lines / 2)) {
    const notice = noticeOf(account, tellings, now, lines);
    if (notice === null || lines <= 1 || bytesOf(notice) <= limits.noticeBytesMax) return notice;
  }
};

/** Its wait begins now: the time of acceptance is in its story, and the step comes no earlier than the notice said. */
const heard = async (ports: Ports, record: CleanupRecord, account: Account, id: string): Promise<void> => {
  const noticeAt = ports.clock.now();
  const { disableAfter } = scheduleOf(account, record.canDisable, fingerprintParts(record.fingerprint).on);
  const written = await change<CleanupRecord>(
    ports,
    recordKey(record),
    (current) => {
      if (!current || current.cycle !== record.cycle || !awaitsNotice(current, account)) return null;
      const dueAt = Math.max(current.dueAt ?? 0, noticeAt + (disableAfter ?? 0));
      const patch = { noticeAt, ...(current.waitFor !== 'canary' && { dueAt, waitFor: 'notice' as const }) };
      const line = { event: 'announced', actor: ports.actor, detail: `the notice ${id} was accepted` };
      return isFull(current) ? mark(current, patch) : note(current, noticeAt, line, patch);
    },
    record,
  );
  if (written.won) await follow(ports, written.item);
};

/** What was told is marked; what no longer stands is forgotten after a while, so that it is told when it comes again. */
const remember = async (
  ports: Ports,
  name: string,
  told: readonly string[],
  names: readonly string[],
  now: Ms,
): Promise<void> => {
  await change<ToldItem>(ports, toldKey(name), (current) => {
    const before = Object.entries(current?.standing ?? {});
    const kept = before.filter(([key, at]) => names.includes(key) || at + limits.noticeAgainMs > now);
    const standing = Object.fromEntries([...names.map((key) => [key, now] as const), ...kept]);
    return { next: { ...toldKey(name), name, at: Math.max(now, current?.at ?? 0), told, standing } };
  });
};

type Known = { told: ToldItem | undefined; items: ReadonlyMap<string, AccountItem>; records: readonly CleanupRecord[] };

/** One notice of one account, where there is something to tell. */
const tellAccount = async (
  ports: Ports,
  account: Account,
  { told, items, records }: Known,
  now: Ms,
): Promise<boolean> => {
  const { notices } = ports;
  const { name } = account;
  if (!notices || account.notify.sns === undefined) throw new Error('there is nothing here that publishes notices');
  const broken = told && whyUnreadable(told);
  if (told && broken) throw unreadableItem(told, broken);
  const offer = offerOn(notices.stack);
  const since = (told?.at ?? now) - limits.noticeLateMs;
  const known = new Set(told?.told);
  const stories = await wholeStories(ports, records, since);
  const news = stories.flatMap((record) => newsOf(record, since, known, offer) ?? []);
  const standing = await standingAt(ports, name, items, records, now, offer);
  const fresh = standing.filter(({ name: key }) => told?.standing[key] === undefined);
  const silent = records.filter((record) => awaitsNotice(record, account) && record.held === undefined);
  const announced = silent.map((record) => announcement(record, account, now, offer));
  const notice = fitting(account, [...fresh.map(({ telling }) => telling), ...announced, ...news], now);
  if (notice === null && told && now - told.at < daily / 2) return false;
  if (notice) {
    const { id } = await notices.publish(account.notify.sns, notice);
    ports.log({ level: 'info', message: 'notice accepted', account: name, detail: `${id}: ${notice.subject}` });
    const lines = notice.sections.find(({ section }) => section === 'announced')?.lines ?? [];
    const named = new Set(lines.map(({ record }) => record));
    // Those that were only counted are named by the next notice, and wait for it.
    for (const record of silent) if (named.has(recordName(record))) await heard(ports, record, account, id);
  }
  const marks = marksOf(stories, now - limits.noticeLateMs);
  await remember(
    ports,
    name,
    marks,
    standing.map(({ name: key }) => key),
    now,
  );
  return notice !== null;
};

const failed = (ports: Ports, account: string, error: unknown): void => {
  const message = 'a notice was not accepted; what it announces waits';
  ports.log({ level: 'error', message, account, detail: String(error), count: { NoticesFailed: 1 } });
};

/**
 * Tells what is to be told, one notice an account.
 *
 * @param due records that are due; where one of them waits for its notice, its account is told of now
 * @param all tells of every account
 * @returns how many notices were accepted; one that was not is logged, and comes again
 */
export const tell = async (ports: Ports, due: readonly CleanupRecord[], all: boolean): Promise<number> => {
  const now = ports.clock.now();
  const urgent = (account: Account): boolean =>
    due.some((record) => record.account === account.name && awaitsNotice(record, account));
  const accounts = ports.policy.accounts.filter(
    (account) => account.notify.sns !== undefined && (all || urgent(account)),
  );
  if (accounts.length === 0) return 0;
  const names = accounts.map(({ name }) => name);
  const told = await readTold(ports, names);
  const since = names.reduce((least, name) => Math.min(least, told.get(name)?.at ?? now), now) - limits.noticeLateMs;
  const records = await changedRecords(ports, new Set(names), since, now, due);
  const items = await readAccounts(ports, [everyAccount, ...names]);
  let accepted = 0;
  for (const account of accounts) {
    const own = records.filter((record) => record.account === account.name);
    try {
      if (await tellAccount(ports, account, { told: told.get(account.name), items, records: own }, now)) accepted += 1;
    } catch (error) {
      failed(ports, account.name, error);
    }
  }
  return accepted;
};

/** The sweeps that gather what happened: one in `limits.noticeEveryMs`. */
export const isTimeToTell = (now: Ms): boolean => now % limits.noticeEveryMs < limits.sweepEveryMs;
