import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenAt, brokenFrom } from '../../lib/audit/chain.ts';
import {
  backupKey,
  type CleanupRecord,
  cycleKey,
  dueHashes,
  emptyRecord,
  hold,
  isFull,
  mark,
  move,
  note,
  recordKey,
  recordName,
  recordRef,
  type Subject,
  subjectOf,
} from '../../lib/audit/record.ts';
import { isOpen, type State, states, transitions } from '../../lib/audit/states.ts';
import type { Change } from '../../lib/audit/table.ts';
import { limits } from '../../lib/limits.ts';

const shop: Subject = { account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a' };
const now = Date.parse('2026-01-31T23:59:59.000Z');
const line = { event: 'seen', actor: 'os:tester@here', detail: 'a test' };

/** As the table would give it back. */
const written = ({ next }: Change<CleanupRecord>): CleanupRecord => ({ ...next, version: 1, lastWrite: 'w' });
const empty = (subject = shop) => emptyRecord(subject, 'fake', 'sandbox');
const proposed = (subject = shop): CleanupRecord =>
  written(move(empty(subject), 'proposed', 'scan', now, line, { cycle: 1, dueAt: now + 5, waitFor: 'approval' }));

const subjects = fc.record<Subject>({
  account: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  scope: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed()),
  kind: fc.constantFrom('endpoint', 'signing-secret'),
  webhookId: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed()),
});

describe('the keys of a record', () => {
  it('name one webhook each, and lead back to it', () => {
    fc.assert(
      fc.property(subjects, subjects, (one, other) => {
        expect(subjectOf(recordKey(one).pk)).toEqual(one);
        expect(`webhook#${recordName(one)}`).toBe(recordKey(one).pk);
        const same = JSON.stringify(Object.values(one)) === JSON.stringify(Object.values(other));
        expect(recordKey(one).pk === recordKey(other).pk).toBe(same);
      }),
    );
  });

  it('keep record, backups and closed cycles in one partition, apart from each other', () => {
    expect([recordKey(shop), backupKey(shop, 2), cycleKey(shop, 2)]).toEqual([
      { pk: 'webhook#shop#main#endpoint#a', sk: 'record' },
      { pk: 'webhook#shop#main#endpoint#a', sk: 'backup#2' },
      { pk: 'webhook#shop#main#endpoint#a', sk: 'cycle#2' },
    ]);
    expect(recordRef(shop)).not.toBe(recordRef({ ...shop, kind: 'signing-secret' }));
  });

  it.each([
    'record#shop#main#endpoint#a',
    'webhook##main#endpoint#a',
    'webhook#shop##endpoint#a',
    'webhook#shop#main#endpoint#',
    'webhook#shop#main#endpoint',
    'webhook#shop#main#endpoint#a#b',
    'webhook#shop#main#address#a',
    'webhook#shop#100%#endpoint#a',
    'webhook#shop#main#endpoint#100%',
    '',
  ])('are not made up of what is none: %j', (pk) => {
    expect(subjectOf(pk)).toBe(null);
  });
});

describe('a record', () => {
  it('is due in one shard while something must happen, and in none at an end', () => {
    const shards = new Set<string | undefined>();
    for (let id = 0; id < 100; id++) shards.add(proposed({ ...shop, webhookId: String(id) }).due);
    expect([...shards].sort()).toEqual([...dueHashes].sort());
    for (const { from, to, by } of transitions)
      for (const start of from)
        for (const end of to)
          for (const who of by) {
            const record = { ...proposed(), state: start ?? 'kept', cycle: start === null ? 0 : 1 } as CleanupRecord;
            const { next } = move(record, end, who, now, line, { dueAt: 7, waitFor: 'now' });
            const due = isOpen(end) ? [record.due, 7, 'now'] : [undefined, undefined, undefined];
            expect([start, end, next.due, next.dueAt, next.waitFor]).toEqual([start, end, ...due]);
          }
  });

  it('takes nothing of its lease into another state, and nothing of what was open into an end', () => {
    const busy: CleanupRecord = {
      ...proposed(),
      state: 'deleting',
      lease: { token: 't', until: now },
      pending: { call: 'delete', at: now, outcome: 'unknown' },
      openUntil: now,
      returnTo: { state: 'kept', guard: null, detail: 'a veto' },
      held: 'a test',
    };
    const open = { pending: busy.pending, openUntil: now, returnTo: busy.returnTo, held: 'a test' };
    const onTheWay = move(busy, 'restoring', 'veto', now, line).next;
    expect(onTheWay).toMatchObject(open);
    expect(onTheWay.lease).toBe(undefined);
    const over = move(busy, 'deleted', 'finish', now, line).next;
    expect({ ...over, ...open }).not.toEqual(over);
    for (const name of ['lease', 'pending', 'openUntil', 'returnTo', 'held'] as const)
      expect(over[name]).toBe(undefined);
  });

  it('moves only from where it may have stood, and from anywhere if it never stood', () => {
    expect(move(empty(), 'proposed', 'scan', now, line).condition).toEqual([]);
    const [clause] = move(proposed(), 'approved', 'approve', now, line).condition ?? [];
    expect(clause).toEqual({ attribute: 'state', is: 'in', values: ['proposed'] });
    const again = { ...proposed(), state: 'kept' as State };
    expect(move(again, 'proposed', 'scan', now, line).condition).toEqual([
      { attribute: 'state', is: 'in', values: ['kept', 'gone', 'failed', 'restored'] },
    ]);
  });

  it('tells one unbroken story, numbered on from the cycles before, whatever happens to it', () => {
    const start: CleanupRecord = { ...proposed(), state: 'disabling', seqBefore: 3, history: [] };
    const changes = {
      move: (record: CleanupRecord) => move(record, 'disabling', 'claim', now, line),
      note: (record: CleanupRecord) => note(record, now, line, { waits: record.waits + 1 }),
      hold: (record: CleanupRecord) => hold(record, now, 'worker', 'a test'),
      mark: (record: CleanupRecord) => mark(record, { waits: record.waits + 1 }),
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom('move', 'note', 'hold', 'mark')), (happens) => {
        const record = happens.reduce((before, what) => written(changes[what](before)), start);
        expect(record.history.length).toBe(happens.filter((what) => what !== 'mark').length);
        expect(brokenFrom(start.head, 3, record.history, record.head)).toBe(null);
      }),
    );
  });

  it('lies in the month and on the day of its newest line', () => {
    expect([proposed().month, proposed().day]).toEqual(['2026-01', '2026-01-31']);
    const later = note(proposed(), now + 1000, line).next;
    expect([later.month, later.day]).toEqual(['2026-02', '2026-02-01']);
    expect([mark(proposed(), { waits: 1 }).next.day, empty().day]).toEqual(['2026-01-31', '']);
  });

  it('calls a move by the state it leads to, unless it is told another name', () => {
    const { event: _, ...unnamed } = line;
    expect(move(proposed(), 'approved', 'approve', now, unnamed).next.history.at(-1)?.event).toBe('approved');
    expect(move(proposed(), 'approved', 'approve', now, line).next.history.at(-1)?.event).toBe('seen');
  });

  it('keeps its date through a line or a mark that names none, and takes the one that is named', () => {
    for (const change of [note(proposed(), now, line), mark(proposed(), {})])
      expect(change.next).toMatchObject({ due: proposed().due, dueAt: now + 5, waitFor: 'approval' });
    for (const change of [
      note(proposed(), now, line, { dueAt: 9, waitFor: 'gate', waits: 3 }),
      mark(proposed(), { dueAt: 9, waitFor: 'gate', waits: 3 }),
    ])
      expect(change.next).toMatchObject({ due: proposed().due, dueAt: 9, waitFor: 'gate', waits: 3 });
  });

  it('that is held says why, and is due no more', () => {
    const leased = { ...proposed(), lease: { token: 't', until: now } };
    const held = hold(leased, now, 'worker', 'dead-lettered').next;
    expect(held).toMatchObject({ state: 'proposed', held: 'dead-lettered' });
    expect([held.lease, held.due, held.dueAt, held.waitFor]).toEqual([undefined, undefined, undefined, undefined]);
    expect(held.history.at(-1)).toMatchObject({ event: 'held', actor: 'worker', detail: 'dead-lettered' });
  });

  it('is full while there is still room for an end and a way back', () => {
    const long = (entries: number) => ({ ...proposed(), history: Array(entries).fill(proposed().history[0]) });
    expect([limits.historyMax - 5, limits.historyMax - 4].map((entries) => isFull(long(entries)))).toEqual([
      false,
      true,
    ]);
  });

  it('begins with nothing done, nothing agreed and nothing off', () => {
    expect(empty()).toMatchObject({
      ...shop,
      state: 'kept',
      cycle: 0,
      seqBefore: 0,
      history: [],
      attempts: { disable: 0, delete: 0, restore: 0 },
      waits: 0,
      rest: false,
      last: false,
      hasty: false,
      canDisable: false,
      offByUs: false,
      deleteSent: false,
      counted: false,
      backup: null,
      findings: [],
      rules: '',
      fingerprint: '',
    });
    expect(brokenAt(empty().pk, [], empty().head)).toBe(null);
    expect(states.filter(isOpen)).not.toContain(empty().state);
  });
});
