import * as v from 'valibot';
import { limits } from '../limits.ts';
import { brokenFrom, type Entry, genesis } from './chain.ts';
import { recordKey } from './record.ts';
import { states } from './states.ts';
import type { Item, Key } from './table.ts';

/**
 * What an item must be before anything is done on its word. The table is a trust boundary: an item that was edited by hand or
 * written by another version is never guessed at. Fields that are not named here are left as they are.
 */
const text = v.string();
const named = v.pipe(text, v.minLength(1));
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const counted = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const cycle = v.pipe(counted, v.maxValue(limits.cyclesMax));
const pages = v.pipe(whole, v.maxValue(limits.pagesMax));
/** What a date can hold. */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));
const yes = v.boolean();
const hash = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));
const print = v.pipe(text, v.regex(/^f1:[0-9a-f]+:(?:on|off)$/));
const kind = v.picklist(['endpoint', 'signing-secret']);
const ended = { state: v.picklist(['kept', 'restored']), detail: text };

const entry = v.looseObject({ seq: counted, at: text, event: text, actor: text, detail: text, prev: hash, hash });
const story = { head: hash, seqBefore: whole, history: v.array(entry) };

const record = {
  ...{ account: named, scope: named, kind, webhookId: named, provider: named, cycle, ...story },
  environment: v.picklist(['sandbox', 'production']),
  url: v.nullable(text),
  name: v.nullable(text),
  state: v.picklist(states),
  findings: v.array(v.looseObject({ rule: text, confidence: text, evidence: text })),
  planId: v.nullable(text),
  rules: text,
  fingerprint: print,
  survivor: v.nullable(v.looseObject({ webhookId: text, reason: text })),
  ...{ rest: yes, last: yes, hasty: yes, canDisable: yes, offByUs: yes, deleteSent: yes, counted: yes },
  attempts: v.looseObject({ disable: whole, delete: whole, restore: whole }),
  waits: whole,
  due: v.optional(v.pipe(text, v.regex(/^due#[0-3]$/))),
  dueAt: v.optional(time),
  waitFor: v.optional(named),
  held: v.optional(named),
  lease: v.optional(v.looseObject({ token: named, until: time })),
  over: v.optional(v.pipe(text, v.regex(/^[^@]+(?:@[0-9a-z]{1,9})?$/))),
  pending: v.optional(v.looseObject({ call: named, at: time, outcome: named })),
  openUntil: v.optional(time),
  returnTo: v.optional(v.looseObject({ ...ended, guard: v.nullable(text) })),
  backup: v.nullable(text),
  leftAs: v.optional(v.picklist(['on', 'off', 'absent'])),
  endGuard: v.optional(named),
  veto: v.optional(v.looseObject({ reason: text, actor: text, until: v.nullable(time), rules: text, config: print })),
  restoredAs: v.optional(text),
  quietUntil: v.optional(time),
  noticeAt: v.optional(time),
  coverLost: v.optional(v.literal(true)),
  month: v.pipe(text, v.regex(/^\d{4}-\d{2}$/)),
  day: v.pipe(text, v.regex(/^\d{4}-\d{2}-\d{2}$/)),
};

const account = {
  ...{ name: named, opening: v.array(text), introduced: yes, ...story },
  stopped: v.optional(v.looseObject({ at: time, actor: text, reason: text })),
  paused: v.optional(v.looseObject({ until: time, why: text, kind: v.picklist(['throttle', 'credential']) })),
  pendingPlan: v.optional(text),
  round: v.optional(v.looseObject({ began: time, part: counted, policy: text })),
};

const gate = v.looseObject({
  day: text,
  slots: v.pipe(text, v.regex(/^(.{8})*$/)),
  rate: v.optional(
    v.looseObject({
      lanes: v.array(time),
      tats: v.array(time),
      passed: v.optional(v.literal(true)),
      leftAt: v.optional(time),
    }),
  ),
});

const scope = {
  gate: v.optional(gate),
  account: named,
  scope: named,
  lock: v.optional(v.looseObject({ owner: named, until: time })),
  busy: v.record(text, v.looseObject({ token: named, at: time, step: v.picklist(['disable', 'delete', 'restore']) })),
  lastGood: v.optional(v.looseObject({ at: time, webhooks: whole, pages })),
  lastScan: v.optional(
    v.looseObject({ at: time, status: text, found: v.optional(v.looseObject({ pages, hash: text })) }),
  ),
  missing: v.optional(v.looseObject({ hash: text, confirmed: yes })),
  gone: v.optional(v.pipe(text, v.regex(/^(.{8})*$/))),
};

const header = {
  ...{ planId: named, account: named, policy: text, createdAt: time, status: text, pages, items: whole },
  approval: v.optional(v.looseObject({ actor: text, reason: text, at: time })),
  opened: v.optional(whole),
  forced: v.optional(yes),
  dropped: v.array(v.looseObject({ webhookId: text, why: text })),
};

const planItem = v.looseObject({ account: named, scope: named, kind, webhookId: named, fingerprint: print });
const sighting = v.looseObject({ kind, id: text, firstSeen: text });
const snapshotDay = v.looseObject({ day: text, at: time, hash: text, slot: whole, pages, webhooks: whole });
const snapshotRow = v.looseObject({
  ...{ id: text, kind, url: v.nullable(text), name: v.nullable(text), events: v.array(text), enabled: yes },
  ...{ createdAt: v.nullable(text), updatedAt: v.nullable(text), secretId: v.nullable(text) },
  signal: v.nullable(v.looseObject({ lastSuccess: v.nullable(text), lastAttempt: v.nullable(text), failing: yes })),
  settings: v.looseObject({}),
  sighting: v.looseObject({ firstSeen: text }),
  fingerprint: print,
});

/** By the families of both keys. Items that are not here carry nothing that is acted on. */
const shapes: Readonly<Record<string, v.ObjectEntries>> = {
  'webhook record': record,
  'webhook cycle': { cycle, ...story, backup: v.nullable(text) },
  'webhook backup': { backup: v.looseObject({ id: text, kind, events: v.array(text), fingerprint: print }) },
  'account account': account,
  'account gate': { gate },
  'account scopes': { scopes: v.array(text) },
  'account notices': { name: named, at: time, told: v.array(text), standing: v.record(text, time) },
  'scope scope': scope,
  'scope found': { items: v.array(planItem) },
  'scope seen': { seen: v.record(text, sighting) },
  'scope snapshots': { days: v.array(snapshotDay) },
  'scope population': { day: text, hash: text, rows: v.array(snapshotRow) },
  'plan header': header,
  'plan page': { items: v.array(planItem) },
  'plan group': { planIds: v.array(text) },
};
const schemas = new Map(
  Object.entries(shapes).map(([family, shape]) => [
    family,
    v.looseObject({ version: counted, lastWrite: text, ...shape }),
  ]),
);

const familyOf = ({ pk, sk }: Key): string => `${pk.split('#', 1)[0]} ${sk.split('#', 1)[0]}`;

type Told = Item & { account: string; scope: string; name: string; planId: string; cycle: number };
/** The key that an item's own fields spell. */
const keys: Readonly<Record<string, (item: Told) => Partial<Key>>> = {
  'webhook record': (item) => recordKey(item as unknown as Parameters<typeof recordKey>[0]),
  'webhook cycle': (item) => ({ sk: `cycle#${item.cycle}` }),
  'account account': ({ name }) => ({ pk: `account#${name}` }),
  'account notices': ({ name }) => ({ pk: `account#${name}` }),
  'scope scope': (item) => ({ pk: `scope#${item.account}#${encodeURIComponent(item.scope)}` }),
  'plan header': ({ planId }) => ({ pk: `plan#${planId}` }),
};

type Story = { head: string; seqBefore: number; history: readonly Entry[]; state?: string };

/** We switch off only what was on: who is off because of us needs cover. */
const wrongFlags = ({ offByUs, fingerprint }: { offByUs?: boolean; fingerprint?: string }): string | null =>
  offByUs && fingerprint?.endsWith(':off') ? 'it was off before us and is off because of us' : null;

/** The story is whole, and its last word on the state is the state: neither can be changed without the other. */
const wrongStory = (pk: string, { head, seqBefore, history, state }: Story): string | null => {
  const start = seqBefore === 0 ? genesis(pk) : (history[0]?.prev ?? head);
  const broken = brokenFrom(start, seqBefore, history, head);
  if (broken !== null || state === undefined) return broken;
  const told = history.findLast(({ event }) => (states as readonly string[]).includes(event))?.event;
  return told === state ? null : `its state is ${state}, its story says ${told ?? 'nothing of one'}`;
};

/** Why an item of the table cannot be believed; null where it can. */
export const whyUnreadable = (item: Item): string | null => {
  const family = familyOf(item);
  const schema = schemas.get(family);
  if (!schema) return null;
  const parsed = v.safeParse(schema, item);
  if (!parsed.success) return `${v.getDotPath(parsed.issues[0]) ?? 'it'} is not as it is written`;
  const { pk = item.pk, sk = item.sk } = keys[family]?.(item as Told) ?? item;
  if (pk !== item.pk || sk !== item.sk) return 'it stands under the key of another';
  return wrongFlags(item as object) ?? ('history' in item ? wrongStory(item.pk, item as unknown as Story) : null);
};

const hint =
  'nothing is done on its word; hooksweep audit verify names what is broken, mend it or put it back from a backup';

/** When an item that had to be read cannot be believed. Carries a code and a hint for people. */
export const unreadableItem = ({ pk, sk }: Key, why: string): Error =>
  Object.assign(new Error(`the item ${pk} / ${sk} of the table cannot be read: ${why}`), {
    code: 'unreadable-item',
    hint,
  });

/**
 * The same items, now known to be what they should be.
 *
 * @throws unreadableItem at the first that is not
 */
export const readable = <T extends Item>(items: readonly Item[]): T[] => {
  for (const item of items) {
    const why = whyUnreadable(item);
    if (why !== null) throw unreadableItem(item, why);
  }
  return items as T[];
};
