import { holds } from '../../../lib/audit/memory-table.ts';
import { type CleanupRecord, emptyRecord, move } from '../../../lib/audit/record.ts';
import { type Step, stepOf } from '../../../lib/audit/states.ts';
import type { Change, Item, Table } from '../../../lib/audit/table.ts';
import { judge, type Scene } from '../../../lib/jobs/judge.ts';
import type { Ports } from '../../../lib/jobs/ports.ts';
import { type Busy, releaseScope, type ScopeItem, scopeKey, takeScope } from '../../../lib/jobs/scope.ts';
import { claimed, settled, waiting, write } from '../../../lib/jobs/story.ts';
import { coverOf } from '../../../lib/plan/cover.ts';
import { fingerprint, keyOf, type Webhook } from '../../../lib/webhook.ts';
import { accountNamed, capabilities, testHook } from '../../jobs/world.ts';
import { createAsk } from './ask.ts';
import { createBodies, later, now } from './bodies.ts';
import { absent, calls, on } from './state.ts';

/** Parts that can be taken out, to see the search find what they prevent. */
export const parts = ['lock', 'busy', 'version', 'fresh-read'] as const;
export type Part = (typeof parts)[number];

export type Bounds = {
  /** The events of each webhook. */
  events: readonly (readonly string[])[];
  workers: number;
  attempts: number;
  /** Disable and rest, delete where nothing can be switched off, or one after the other. */
  way: 'disable' | 'delete' | 'both';
  without?: Part;
  statesMax?: number;
};

/** What a judgement comes to: a call, a record to be written, or nothing now. */
export type Judged = { call: number } | { body: number } | null;

const steps: readonly Step[] = ['disable', 'delete', 'restore'];
/** Busy ids as numbers: none, one whose call nobody answered, and one answered for each step. */
const busyNumber = (busy: Busy | undefined): number => (busy ? (busy.answered ? 2 + steps.indexOf(busy.step) : 1) : 0);

/** Small numbers as one. */
const packed = (numbers: readonly number[]): number => numbers.reduce((code, one) => code * 8 + one, 0);

const setUp = ({ events, attempts, way }: Bounds) => {
  const webhooks = events.map((names, at) => testHook('abcd'[at] as string, { events: names }));
  const account = accountNamed('shop', { retry: { attempts, baseMs: 1, capMs: 1 }, rules: {} });
  const records = webhooks.map((webhook) => {
    const subject = { account: 'shop', scope: 'main', kind: webhook.kind, webhookId: webhook.id };
    const line = { actor: 'a', detail: '' };
    const said = {
      cycle: 1,
      fingerprint: fingerprint(webhook),
      findings: [{ rule: 'manual', confidence: 'high', evidence: '' } as const],
      canDisable: way !== 'delete',
      rest: way === 'disable',
    };
    const proposed = move(emptyRecord(subject, 'fake', 'sandbox'), 'proposed', 'enqueue', now, line, said).next;
    const approved = move(proposed, 'approved', 'enqueue', now, line, { dueAt: now }).next;
    const observing = move(approved, 'observing', 'worker', now, line, { dueAt: now }).next;
    return (way === 'delete' ? observing : approved) as CleanupRecord;
  });
  return { webhooks, account, records };
};

/** A table of these items, in memory. */
const tableOf = (...all: readonly Item[]) => {
  const items = new Map(all.map((item) => [item.pk, item]));
  const table: Table = {
    get: async (keys) => keys.flatMap(({ pk }) => items.get(pk) ?? []),
    put: async (item, condition) => {
      const there = items.get(item.pk) as unknown as Record<string, unknown>;
      if (!condition.every((clause) => holds(there, clause))) return false;
      items.set(item.pk, item);
      return true;
    },
    async *query() {},
  };
  const random = { unit: () => 0.5, token: () => 'x' };
  const ports = { table, random, clock: { now: () => now }, actor: 'w' } as unknown as Ports;
  return { ports, after: (pk: string) => items.get(pk) };
};

/** The production's judgement, claims, writes and lock as functions from numbers to numbers, each asked once. */
export const createModel = (bounds: Bounds) => {
  const { webhooks, account, records } = setUp(bounds);
  const bodies = createBodies(records);
  const ask = createAsk();
  const can = bounds.way === 'delete' ? { ...capabilities, disable: [] } : capabilities;
  const listOf = (list: readonly number[]): Webhook[] =>
    webhooks.flatMap((webhook, at) => (list[at] === absent ? [] : [{ ...webhook, enabled: list[at] === on }]));

  const sceneOf = (list: readonly number[], found: number, own: string): Scene => {
    const listed = listOf(list);
    const off = webhooks.flatMap(({ id }, at) => ((found >> at) & 1 ? [id] : []));
    return {
      ...{ account, now, capabilities: can, secretsInUse: new Set<string>(), believed: true },
      cover: coverOf(listed, new Set([...off, own])),
      webhooks: new Map(listed.map((webhook) => [keyOf(webhook), webhook])),
      findings: new Map(),
      sources: new Map(),
    };
  };

  /** The record after a change by whoever read it as it is. */
  const written = async (record: CleanupRecord, decide: (current: CleanupRecord) => Change<CleanupRecord>) => {
    const { ports, after } = tableOf(record);
    await write(ports, record, decide);
    return bodies.numberOf(after(record.pk) as CleanupRecord);
  };
  const settle = (record: CleanupRecord, verdict: Exclude<ReturnType<typeof judge>, { do: 'call' }>) =>
    verdict.do === 'wait' ? waiting(record, now, 'readback') : settled(record, verdict, account, 0, now, 'w');
  const own = ({ webhookId, pending }: CleanupRecord): string => (pending ? webhookId : '');

  const judged = (hook: number, body: number, list: readonly number[], found: number): Judged =>
    ask<Judged>(`judge ${hook} ${body} ${packed(list)} ${found}`, async () => {
      const record = bodies.recordOf(body, hook);
      const verdict = judge(record, sceneOf(list, found, own(record)));
      if (verdict.do === 'wait') return null;
      if (verdict.do === 'call') return { call: calls.indexOf(verdict.call as (typeof calls)[number]) };
      return { body: await written(record, (current) => settle(current, verdict)) };
    });

  const claim = (hook: number, body: number, call: number): number =>
    ask(`claim ${hook} ${body} ${call}`, () =>
      written(bodies.recordOf(body, hook), (current) =>
        claimed(current, calls[call] as (typeof calls)[number], { token: 'w', until: later }, null, now, 'w'),
      ),
    );

  /** A claim that its worker takes back, since it may not call any more. */
  const takenBack = (hook: number, body: number, before: number): number =>
    ask(`back ${hook} ${body} ${before}`, () => {
      const { offByUs, deleteSent, pending, attempts, openUntil } = bodies.recordOf(before, hook);
      return written(bodies.recordOf(body, hook), (current) =>
        waiting(current, now, 'backoff', { offByUs, deleteSent, pending, attempts, openUntil }),
      );
    });

  /** The record after a call and the list that followed it. */
  const finished = (hook: number, body: number, isSure: boolean, list: readonly number[], found: number): number =>
    ask(`finish ${hook} ${body} ${isSure} ${packed(list)} ${found}`, () => {
      const record = bodies.recordOf(body, hook);
      const scene = sceneOf(list, found, own(record));
      return written(record, (current) => {
        const known = isSure ? { ...current, openUntil: undefined } : current;
        const verdict = judge(known, scene);
        return verdict.do === 'call' ? waiting(known, now, 'readback') : settle(known, verdict);
      });
    });

  const scopeWith = (
    busy: readonly number[],
    hook: number,
    step: Step,
    owner: string | undefined,
    isOld: readonly boolean[],
  ) => {
    const entry = (number: number, at: number): Busy => ({
      token: owner !== undefined && at === hook ? owner : 'dead',
      at: isOld[at] ? 0 : now,
      step: number < 2 ? step : (steps[number - 2] as Step),
      ...(number >= 2 && { answered: true }),
    });
    const entries = busy.flatMap((number, at) =>
      number === 0 ? [] : [[webhooks[at]?.id as string, entry(number, at)] as const],
    );
    const lock = owner === undefined ? undefined : { owner, until: later };
    const item: ScopeItem = {
      ...{ ...scopeKey('shop', 'main'), account: 'shop', scope: 'main', version: 1, lastWrite: '' },
      busy: Object.fromEntries(entries),
      ...(lock && { lock }),
    };
    return item;
  };
  const numbersOf = ({ busy }: ScopeItem): number[] => webhooks.map(({ id }) => busyNumber(busy[id]));

  /** What is busy once somebody took the lock for this webhook. */
  const taken = (busy: readonly number[], hook: number, step: Step): readonly number[] =>
    ask(`take ${packed(busy)} ${hook} ${step}`, async () => {
      const item = scopeWith(
        busy,
        hook,
        step,
        undefined,
        busy.map(() => false),
      );
      const { ports, after } = tableOf(item);
      const id = webhooks[hook]?.id as string;
      await takeScope(ports, 'shop', 'main', new Map([[id, step]]), 'w', now);
      return numbersOf(after(item.pk) as ScopeItem);
    });

  /**
   * What is busy once the lock was given back.
   *
   * @param called whether its call was answered; null where there was none
   * @param out the webhooks with a call that may still take effect when the list was made
   */
  const left = (
    busy: readonly number[],
    { hook, step, before, called }: { hook: number; step: Step; before: number; called: boolean | null },
    list: readonly number[],
    out: readonly boolean[],
  ): readonly number[] =>
    ask(
      `release ${packed(busy)} ${hook} ${step} ${before} ${called} ${packed(list)} ${packed(out.map(Number))}`,
      async () => {
        const isOld = out.map((isOut) => !isOut);
        const item = scopeWith(busy, hook, step, 'w', isOld);
        const found = scopeWith(
          busy.map((number, at) => (at === hook ? before : number)),
          hook,
          step,
          undefined,
          isOld,
        ).busy;
        const { ports, after } = tableOf(item);
        const id = webhooks[hook]?.id as string;
        const listed = { webhooks: new Map(listOf(list).map((one) => [keyOf(one), one])), at: now };
        await releaseScope(ports, item, found, listed, new Map(called === null ? [] : [[id, called]]), undefined);
        return numbersOf(after(item.pk) as ScopeItem);
      },
    );

  const stepAt = (body: number): Step | null => stepOf[bodies.stateOf(body)];
  const kinds = bounds.events.map((names) => bounds.events.findIndex((other) => `${other}` === `${names}`));
  const first = records.map((record) => bodies.numberOf(record));
  return {
    bounds,
    bodies,
    kinds,
    first,
    judged,
    claim,
    takenBack,
    finished,
    taken,
    left,
    stepAt,
    settleAsked: ask.settle,
  };
};
export type Model = ReturnType<typeof createModel>;
