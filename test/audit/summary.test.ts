import { describe, expect, it } from 'vitest';
import { auditRecords } from '../../lib/audit/printed.ts';
import { openStates } from '../../lib/audit/states.ts';
import { outcomesOf, summaryOf } from '../../lib/audit/summary.ts';
import { requestRestore } from '../../lib/jobs/restore.ts';
import { guardNames } from '../../lib/jobs/why.ts';
import { day, hour, shop, testHook, webhook } from '../jobs/world.ts';

/** One webhook that is deleted and restored, one that is vetoed, one that only waits. */
const story = async () => {
  const w = shop([webhook('live'), testHook('a'), testHook('b'), testHook('c')]);
  await w.scan('shop');
  await w.decide('approve', 'a');
  await w.decide('veto', 'b');
  await w.run(3 * day, hour);
  return w;
};

const summarise = async (w: Awaited<ReturnType<typeof story>>, since: number, until: number) => {
  const changed = await auditRecords(w.ports.table, { since }, w.now());
  const open = await auditRecords(w.ports.table, { state: openStates }, w.now());
  return summaryOf(changed, open, guardNames, since, until);
};

describe('a summary', () => {
  it('counts what was found, deleted and kept, why, and what waits', async () => {
    const w = await story();
    expect(await summarise(w, w.now() - 30 * day, w.now() + 1)).toMatchObject({
      ...{ found: 3, deleted: 1, kept: 1, gone: 0, failed: 0, restored: 0 },
      keptWhy: { vetoed: 1 },
      waiting: 1,
      waitingFor: { approval: 1 },
      rules: { test: { found: 3, deleted: 1, kept: 1 } },
    });
  });

  it('counts a restore once: the mark on what it created is none', async () => {
    const w = await story();
    const asked = { secrets: {}, secretTo: null, reason: 'still needed', dryRun: false };
    await requestRestore(w.ports, w.record('shop', 'a'), asked);
    await w.run(hour);
    expect(w.remote.mutations().some((call) => call.startsWith('create'))).toBe(true);
    expect(await summarise(w, w.now() - 30 * day, w.now() + 1)).toMatchObject({ deleted: 1, restored: 1 });
  });

  it('leaves out what lies outside of its time, and still tells what waits', async () => {
    const w = await story();
    const later = w.now() + 1;
    expect(await summarise(w, later, later + day)).toMatchObject({ found: 0, deleted: 0, kept: 0, waiting: 1 });
  });

  it('has a day for each day of its time, and they add up', async () => {
    const w = await story();
    const { days, found, deleted, kept } = await summarise(w, w.now() - 30 * day, w.now() + 1);
    expect(days).toHaveLength(31);
    expect(days[0]?.day).toBe(new Date(w.now() - 30 * day).toISOString().slice(0, 10));
    const sum = (name: 'found' | 'deleted' | 'kept') => days.reduce((all, one) => all + one[name], 0);
    expect([sum('found'), sum('deleted'), sum('kept')]).toEqual([found, deleted, kept]);
  });
});

describe('what happened to one webhook', () => {
  const entry = (event: string, seq: number) => ({ seq, at: '', event, actor: '', detail: '', prev: '', hash: '' });
  it.each([
    ['proposed again before anybody decided', ['proposed', 'proposed', 'kept'], ['found', 'kept']],
    [
      'held and released on the way',
      ['proposed', 'held', 'released', 'approved', 'deleting', 'deleted'],
      ['found', 'deleted'],
    ],
    [
      'put back, then swept in a later cycle',
      ['proposed', 'restoring', 'kept', 'proposed', 'deleted'],
      ['found', 'kept', 'found', 'deleted'],
    ],
    ['the mark of a restore', ['restored'], []],
  ])('%s', (_what, events, told) => {
    expect(outcomesOf(events.map((event, at) => entry(event, at + 1))).map(({ outcome }) => outcome)).toEqual(told);
  });
});
