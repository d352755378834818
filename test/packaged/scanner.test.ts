import { expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { nextEvent, settle } from './batch.ts';
import { answered } from './runtime-api.ts';
import { accountName, service } from './service.ts';

const queue = 'SCANS_QUEUE_URL';

it('goes on with a scan that ran out of time, by a message of its own', { timeout: 60_000 }, async () => {
  const world = await service([1, 1, 0]);
  const scanner = await world.start('scanner');
  answered(await scanner.invoke({ kind: 'scan' }));
  const first = await nextEvent(world, queue);
  const tooShort = limits.scanRestMs + limits.listSpanMs - 1;
  expect(await settle(world, queue, first, await scanner.invoke(first, tooShort))).toEqual([]);
  expect(world.provider.seen.filter(({ path }) => path.includes('/hooks'))).toEqual([]);
  await expect(world.waitingPlan()).rejects.toThrow('no plan');

  const next = await nextEvent(world, queue);
  const round = { began: expect.any(Number), part: 1 };
  expect(JSON.parse(next.Records[0]?.body ?? '')).toEqual({ kind: 'scan', account: accountName, round });
  expect(await settle(world, queue, next, await scanner.invoke(next))).toEqual([]);
  expect(await world.waitingPlan()).toMatch(/^sha256:/);
  expect(await scanner.end()).toMatchObject({ code: 0, stderr: '' });
});
