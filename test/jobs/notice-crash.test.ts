import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sweep } from '../../lib/jobs/sweep.ts';
import { tellingShop } from './notices.ts';
import { testHook, webhook } from './world.ts';

const minute = 60_000;
const noticeMs = 30 * minute;
const ids = ['a', 'b', 'c'];

/** Which calls of a port die, by number, and whether before or after their effect. */
const deaths = (count: number) =>
  fc.uniqueArray(fc.record({ at: fc.nat(count), after: fc.boolean() }), { maxLength: 8, selector: ({ at }) => at });

const history = async (puts: readonly { at: number; after: boolean }[], publishes: typeof puts) => {
  const w = tellingShop([webhook('live'), ...ids.map((id) => testHook(id))], {
    lifecycle: { noticeMs, observeMs: 20 * minute },
  });
  const { plan } = await w.scanAndApprove('shop');
  const switchedOff = new Map<string, number>();
  w.remote.hooks.before = (call) => {
    const [what, id = ''] = call.split(' ');
    if (what === 'disable' && !switchedOff.has(id)) switchedOff.set(id, w.now());
  };
  const put = w.table.put.bind(w.table);
  let puttings = 0;
  w.ports.table = {
    ...w.table,
    async put(item, condition) {
      const death = puts.find(({ at }) => at === puttings);
      puttings += 1;
      if (!death) return put(item, condition);
      if (death.after) await put(item, condition);
      throw new Error('killed');
    },
  };
  const { publish } = w.sns.notices;
  const noticed = new Map<string, number>();
  let publishings = 0;
  w.ports.notices = {
    ...w.sns.notices,
    async publish(target, notice) {
      const death = publishes.find(({ at }) => at === publishings);
      publishings += 1;
      if (death && !death.after) throw new Error('killed');
      const answer = await publish(target, notice);
      for (const id of w.sns.named('announced')) if (!noticed.has(id)) noticed.set(id, w.now());
      if (death) throw new Error('no answer');
      return answer;
    },
  };
  for (const end = w.now() + 4 * 60 * minute; w.now() < end; w.pass(minute)) {
    await sweep(w.ports).catch(() => undefined);
    while (w.fake.visible().length > 0) await w.work();
  }
  return { ...w, plan, switchedOff, noticed };
};

describe('whatever dies while notices are sent', () => {
  it('nothing is switched off before its notice and its period, all of it is told, and the work is done', async () => {
    await fc.assert(
      fc.asyncProperty(deaths(60), deaths(6), async (puts, publishes) => {
        const { switchedOff, noticed, sns, record, verify } = await history(puts, publishes);
        for (const id of ids) {
          const told = noticed.get(id);
          expect(told).toBeDefined();
          expect((switchedOff.get(id) ?? 0) - (told ?? 0)).toBeGreaterThanOrEqual(noticeMs);
          expect(record('shop', id).state).toBe('deleted');
          expect(sns.named('deleted')).toContain(id);
        }
        expect((await verify()).broken).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('nothing is told twice where nothing dies', async () => {
    const { sns } = await history([], []);
    for (const section of ['announced', 'deleted'] as const) expect(sns.named(section).toSorted()).toEqual(ids);
    expect(new Set(sns.named('disabled')).size).toBe(sns.named('disabled').length);
  });
});
