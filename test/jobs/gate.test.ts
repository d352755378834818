import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { type Asked, givenBack, letThrough, passGate, readGate, slotOf, usedOn } from '../../lib/jobs/gate.ts';
import { limits } from '../../lib/limits.ts';
import { start as now, seededRandom } from './world.ts';

const ports = () => ({ table: memoryTable(), random: seededRandom() });
const slots = (...ids: string[]) =>
  ids.map((webhookId) => slotOf({ account: 'shop', scope: 'main', kind: 'endpoint', webhookId, cycle: 1 }));
const [a, b, c] = slots('a', 'b', 'c') as [string, string, string];
const asks = (perDay: number, ...wanted: string[]): Asked => ({
  slots: wanted,
  others: 0,
  back: false,
  perDay,
  allowances: undefined,
  paceMs: 0,
});
const pass = async (at: ReturnType<typeof ports>, asked: Asked, time = now) => [
  ...(await passGate(at, 'shop', asked, time)).admitted,
];
const midnight = Date.parse('2026-11-03T00:00:00Z');

describe('the gate', () => {
  it('lets through as many as the budget of the day holds', async () => {
    const at = ports();
    expect(await pass(at, asks(2, a, b, c))).toEqual([a, b]);
    expect(await pass(at, asks(2, c))).toEqual([]);
    expect(usedOn(await readGate(at, 'shop'), '2026-11-02')).toBe(2);
  });

  it('counts a slot once, and writes nothing for one that it knows', async () => {
    const at = ports();
    await pass(at, asks(2, a));
    expect((await pass(at, asks(2, a, b))).sort()).toEqual([a, b].sort());
    const [before] = [...at.table.items.values()];
    expect(await pass(at, asks(2, a, b))).toEqual([a, b]);
    expect([...at.table.items.values()]).toEqual([before]);
  });

  it('starts anew with each UTC day', async () => {
    const at = ports();
    await pass(at, asks(1, a), midnight - 1);
    expect(await pass(at, asks(1, b), midnight - 1)).toEqual([]);
    expect(await pass(at, asks(1, b), midnight)).toEqual([b]);
    expect(usedOn(await readGate(at, 'shop'), '2026-11-03')).toBe(1);
  });

  it('lets nothing new through with a budget of 0 or one that was lowered, but what was let through', async () => {
    const at = ports();
    expect([await pass(at, asks(0, a)), at.table.items.size]).toEqual([[], 0]);
    await pass(at, asks(2, a, b));
    expect(await pass(at, asks(1, a, c))).toEqual([a]);
  });

  it('gives the cycles of a webhook, and webhooks, slots of their own', () => {
    const of = (webhookId: string, cycle: number) =>
      slotOf({ account: 'shop', scope: 'main', kind: 'endpoint', webhookId, cycle });
    expect(new Set([of('a', 1), of('a', 2), of('b', 1)]).size).toBe(3);
  });

  it('takes back slots and turns that were not used, and no others', () => {
    const allowances = [{ units: 1, perMs: 1000 }] as const;
    const asked = { ...asks(9, a, b, c), allowances };
    const { gate, pass: passed } = letThrough(undefined, asked, now);
    const used = { made: 1, lastAt: now + 300, allowances };
    const left = givenBack(gate as NonNullable<typeof gate>, passed, new Set([b, c]), used);
    expect(left).toMatchObject({ slots: a, rate: { lanes: [now + 1300] } });
    const one = letThrough(left, { ...asks(9), others: 1, allowances }, now);
    expect(one.pass.turns?.starts).toEqual([now + 1300]);
  });

  it('keeps turns farther off for the way back', () => {
    const allowances = [{ units: 1, perMs: 20_000 }] as const;
    const asked = { ...asks(9), others: 1, allowances };
    const { gate } = letThrough(undefined, asked, now);
    expect(letThrough(gate, asked, now).pass.turns?.starts).toEqual([]);
    expect(letThrough(gate, { ...asked, back: true }, now).pass.turns?.starts).toEqual([
      now + limits.turnLeadMs + 20_200,
    ]);
  });
});
