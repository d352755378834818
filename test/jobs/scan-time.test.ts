import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { scannerHandler } from '../../functions/scanner.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { limits } from '../../lib/limits.ts';
import { accountNamed, fakeProvider, hour, testHook, webhook, world } from './world.ts';

const scopes = Array.from({ length: 12 }, (_, at) => `repo${String(at).padStart(2, '0')}`);

/** An account of twelve scopes, each list of which takes so long. */
const many = (listMs: number) => {
  const remote = fakeProvider([webhook('live'), testHook('a')]);
  const listed: string[] = [];
  const provider = {
    ...remote.provider,
    scopes: async () => ({ status: 'complete', scopes }) as const,
    list: async (scope: string) => {
      listed.push(scope);
      return remote.provider.list(scope);
    },
  };
  const w = world([accountNamed('shop')], { shop: { ...remote, provider } });
  const pace = { listMs };
  remote.hooks.before = () => w.pass(pace.listMs);
  const scan = (forMs?: number) => {
    const deadline = forMs === undefined ? {} : { deadline: w.now() + forMs };
    return scanAccount(w.ports, 'shop', { acceptShrink: false, ...deadline });
  };
  const waiting = () =>
    (w.table.items.get('account#shop\naccount') as unknown as { pendingPlan?: string } | undefined)?.pendingPlan;
  const proposed = () => [...w.table.items.values()].filter(({ sk }) => sk === 'record').length;
  return { w, pace, scan, waiting, proposed, listed: () => listed.splice(0) };
};
const fiveMinutes = 300_000;

describe('a scan that runs out of time', () => {
  it('ends by itself, names what it did not list, and proposes nothing', async () => {
    const { w, scan, waiting, proposed, listed } = many(20_000);
    const until = w.now() + fiveMinutes;
    const { plan } = await scan(fiveMinutes);
    const done = listed();
    expect(w.now()).toBeLessThanOrEqual(until - limits.scanRestMs + 4 * 20_000);
    expect(done.length).toBeLessThan(scopes.length);
    expect(plan.status).toBe('incomplete');
    expect(plan.scopes.map(({ scope, error }) => `${scope} ${error?.code ?? 'complete'}`)).toEqual(
      scopes.map((scope) => `${scope} ${done.includes(scope) ? 'complete' : 'time'}`),
    );
    expect([waiting(), proposed()]).toEqual([undefined, 0]);
    expect(w.log.some(({ message }) => message === 'a scan could not list all of an account')).toBe(true);
  });

  it('is followed by one that begins with what was listed longest ago, until each had its turn', async () => {
    const { w, scan, listed } = many(20_000);
    await scan(fiveMinutes);
    const first = listed();
    w.pass(hour);
    await scan(fiveMinutes);
    const second = listed();
    expect(new Set(second.slice(0, scopes.length - first.length))).toEqual(
      new Set(scopes.filter((scope) => !first.includes(scope))),
    );
    w.pass(hour);
    await scan(fiveMinutes);
    expect(listed()[0]).toBe(first.find((scope) => !second.includes(scope)));
  });

  it('leaves the plan that waits as it is, and the next whole scan makes the same plan in any order', async () => {
    const { w, pace, scan, waiting, proposed } = many(0);
    const { plan } = await scan(fiveMinutes);
    expect([waiting(), proposed()]).toEqual([plan.planId, scopes.length]);
    w.pass(hour);
    pace.listMs = 20_000;
    expect((await scan(fiveMinutes)).plan.status).toBe('incomplete');
    expect([waiting(), proposed()]).toEqual([plan.planId, scopes.length]);
    w.pass(hour);
    pace.listMs = 0;
    const again = await scan();
    expect([again.plan.status, again.plan.planId, waiting()]).toEqual(['complete', plan.planId, plan.planId]);
    expect(again.plan.scopes.map(({ scope }) => scope)).toEqual(scopes);
  });
});

it('the scanner gives a scan the time that its invocation has left', async () => {
  const { w, listed, proposed } = many(20_000);
  const scanner = scannerHandler(async (actor) => ({ ...w.ports, actor }));
  const context = { getRemainingTimeInMillis: () => limits.scanRestMs + 30_000 } as Context;
  const event = { Records: [{ messageId: 'm', body: JSON.stringify({ kind: 'scan', account: 'shop' }) }] } as never;
  expect(await scanner(event, context)).toEqual({ batchItemFailures: [] });
  expect([listed().length < scopes.length, proposed()]).toEqual([true, 0]);
  expect(await scanner(event)).toEqual({ batchItemFailures: [] });
  expect([listed().length, proposed()]).toEqual([scopes.length, scopes.length]);
});
