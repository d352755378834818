import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import {
  type AccountItem,
  accountKey,
  closedFor,
  control,
  controlKey,
  endCredentialPause,
  everyAccount,
  pause,
  readSwitches,
} from '../../lib/jobs/account.ts';
import { limits } from '../../lib/limits.ts';
import { start as now, seededRandom } from './world.ts';

const ports = () => ({ table: memoryTable(), random: seededRandom() });
const item = async (given: ReturnType<typeof ports>, name = 'shop') =>
  (await given.table.get([accountKey(name)]))[0] as AccountItem | undefined;
const line = { event: 'noted', actor: 'os:me@here', detail: 'x' };

describe('what is closed', () => {
  const stopped = { at: now, actor: 'me', reason: 'drill' };
  const paused = { until: now + 5, why: 'HTTP 429', kind: 'throttle' } as const;

  it('is held back by a stop, but for the way back, and looked at again in two minutes', () => {
    const why = { why: 'stopped by me: drill', until: now + 2 * limits.shortWaitMs };
    expect(closedFor({ stopped }, false, now)).toEqual(why);
    expect(closedFor({ stopped }, true, now)).toBeNull();
    expect(closedFor({}, false, now)).toBeNull();
  });

  it('is held back by a pause while it lasts, the way back too', () => {
    const why = { why: 'paused: HTTP 429', until: now + 5 };
    expect([closedFor({ paused }, false, now), closedFor({ paused, stopped }, true, now)]).toEqual([why, why]);
    expect(closedFor({ paused }, false, now + 5)).toBeNull();
  });

  it('is so for an account by its own switch or by the one for all', async () => {
    const at = ports();
    expect(await readSwitches(at, 'shop')).toEqual({ stopped: undefined, paused: undefined, own: undefined });
    await control(at, everyAccount, now, line, () => ({ stopped }));
    expect((await readSwitches(at, 'shop')).stopped).toEqual(stopped);
    await control(at, 'shop', now, line, () => ({ stopped: { ...stopped, reason: 'own' } }));
    expect((await readSwitches(at, 'shop')).stopped).toEqual(stopped);
    await control(at, everyAccount, now, line, () => ({ stopped: undefined }));
    expect((await readSwitches(at, 'shop')).stopped?.reason).toBe('own');
    expect((await readSwitches(at, 'other')).stopped).toBeUndefined();
  });
});

describe('a pause', () => {
  it('never replaces a longer one', async () => {
    const at = ports();
    await pause(at, 'shop', 'credential', now + 9, 'HTTP 401');
    for (const until of [now + 5, now + 9]) await pause(at, 'shop', 'throttle', until, 'HTTP 429');
    expect((await item(at))?.paused).toEqual({ until: now + 9, why: 'HTTP 401', kind: 'credential' });
    await pause(at, 'shop', 'throttle', now + 10, 'HTTP 429');
    expect((await item(at))?.paused).toEqual({ until: now + 10, why: 'HTTP 429', kind: 'throttle' });
  });

  it('for a credential ends where it works again, one for a throttle does not', async () => {
    const at = ports();
    await pause(at, 'shop', 'credential', now + 9, 'HTTP 401');
    await endCredentialPause(at, await item(at));
    expect((await item(at))?.paused).toBeUndefined();
    await pause(at, 'shop', 'throttle', now + 9, 'HTTP 429');
    await endCredentialPause(at, await item(at));
    await endCredentialPause(at, undefined);
    await endCredentialPause(at, { ...(await item(at)), paused: undefined } as AccountItem);
    expect((await item(at))?.paused?.kind).toBe('throttle');
  });

  it('for a credential that became one for a throttle meanwhile stays', async () => {
    const at = ports();
    await pause(at, 'shop', 'credential', now + 5, 'HTTP 401');
    const known = await item(at);
    await pause(at, 'shop', 'throttle', now + 9, 'HTTP 429');
    await endCredentialPause(at, known);
    expect((await item(at))?.paused?.kind).toBe('throttle');
  });

  it('for a credential that somebody ended meanwhile is ended', async () => {
    const at = ports();
    await pause(at, 'shop', 'credential', now + 5, 'HTTP 401');
    const known = await item(at);
    await control(at, 'shop', now, line, () => ({ paused: undefined }));
    await endCredentialPause(at, known);
    expect((await item(at))?.paused).toBeUndefined();
  });
});

describe('the control events of an account', () => {
  it('are chained, and older ones move to an item of their own', async () => {
    const at = ports();
    const count = limits.historyMax + 2;
    for (let event = 1; event <= count; event++) await control(at, 'shop', now, { ...line, detail: String(event) });
    expect([...at.table.items.keys()]).toEqual(['account#shop\naccount', 'account#shop\ncontrol#16']);
    const [closed] = (await at.table.get([controlKey('shop', limits.historyMax)])) as AccountItem[];
    expect(closed?.history.map(({ detail }) => detail)).toEqual(
      Array.from({ length: limits.historyMax }, (_, n) => `${n + 1}`),
    );
    const open = await item(at);
    expect([open?.seqBefore, open?.history.map(({ seq }) => seq)]).toEqual([limits.historyMax, [count - 1, count]]);
    expect(open?.history[0]?.prev).toBe(closed?.history.at(-1)?.hash);
    expect(open?.head).toBe(open?.history.at(-1)?.hash);
    expect(open?.history[0]).toMatchObject({ event: 'noted', actor: 'os:me@here', at: '2026-11-02T08:00:00.000Z' });
  });

  it('lose none where two people speak at once while the older ones move', async () => {
    const at = ports();
    for (let event = 1; event <= limits.historyMax; event++) await control(at, 'shop', now, line);
    const others = { ...at, random: seededRandom(7) };
    await Promise.all([control(at, 'shop', now, line), control(others, 'shop', now, line)]);
    expect((await item(at))?.history.map(({ seq }) => seq)).toEqual([limits.historyMax + 1, limits.historyMax + 2]);
  });

  it('begin with an account of which nothing is said', async () => {
    const at = ports();
    await pause(at, 'shop', 'throttle', now, 'HTTP 429');
    const nothing = { opening: [], introduced: false, seqBefore: 0, history: [] };
    expect(await item(at)).toMatchObject({ pk: 'account#shop', sk: 'account', name: 'shop', ...nothing });
  });

  it('keep what is not said anew', async () => {
    const at = ports();
    const stopped = { at: now, actor: 'me', reason: 'drill' };
    await control(at, 'shop', now, line, ({ opening }) => ({ stopped, opening: [...opening, 'b'] }));
    expect(await control(at, 'shop', now, line)).toMatchObject({ stopped, opening: ['b'], introduced: false });
  });
});

describe('an account of which the item cannot be read', () => {
  it('is stopped by name, and nobody writes over it', async () => {
    const at = ports();
    await pause(at, 'shop', 'throttle', now, 'HTTP 429');
    await at.table.put({ ...(await item(at)), opening: 'a' } as unknown as AccountItem, []);
    const { stopped, paused } = await readSwitches(at, 'shop');
    expect(stopped).toMatchObject({ at: 0, actor: 'hooksweep', reason: expect.stringContaining('opening') });
    expect(paused).toBeUndefined();
    for (const write of [control(at, 'shop', now, line), pause(at, 'shop', 'throttle', now, 'x')])
      await expect(write).rejects.toMatchObject({ code: 'unreadable-item' });
  });
});
