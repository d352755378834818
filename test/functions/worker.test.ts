import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { scannerHandler } from '../../functions/scanner.ts';
import { workerHandler } from '../../functions/worker.ts';
import type { Delivery } from '../../lib/jobs/queue.ts';
import { accountNamed, fakeProvider, hour, shop, testHook, webhook, world } from '../jobs/world.ts';

type World = Pick<ReturnType<typeof shop>, 'ports'>;
const context = (ms = 120_000) => ({ getRemainingTimeInMillis: () => ms }) as Context;
const eventOf = (deliveries: readonly Delivery[]): SQSEvent => ({
  Records: deliveries.map((delivery) => ({ ...delivery, attributes: { ApproximateReceiveCount: '1' } }) as SQSRecord),
});
const handle = async (w: World, deliveries: readonly Delivery[], ms?: number) => {
  const { batchItemFailures } = await workerHandler(async () => w.ports)(eventOf(deliveries), context(ms));
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};
const ready = async (ids: readonly string[]) => {
  const w = shop([webhook('live'), ...ids.map((id) => testHook(id))]);
  await w.scanAndApprove('shop');
  return w;
};
const none = { messageId: 'none', receiptHandle: 'none', body: 'this is no job' };

describe('the worker function', () => {
  it('works several jobs of one scope with one list before and one after', async () => {
    const w = await ready(['a', 'b', 'c']);
    w.remote.calls.splice(0);
    expect(await handle(w, w.fake.visible())).toEqual([]);
    expect(w.remote.calls).toEqual(['list', 'disable a', 'disable b', 'disable c', 'list']);
  });

  it('answers nothing as failed where one job comes twice', async () => {
    const w = await ready(['a']);
    const [one] = w.fake.visible() as [Delivery];
    expect(await handle(w, [one, { ...one, messageId: 'again' }])).toEqual([]);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('answers exactly the one that failed and those behind it in its scope', async () => {
    const [one, two] = ['shop', 'till'].map(() =>
      fakeProvider([webhook('live'), ...['a', 'b', 'c'].map((id) => testHook(id))]),
    );
    if (!one || !two) throw new Error('two providers were made');
    const w = world([accountNamed('shop'), accountNamed('till')], { shop: one, till: two });
    await w.scanAndApprove('shop');
    await w.scanAndApprove('till');
    let calls = 0;
    one.hooks.before = (call) => {
      if (call !== 'list' && ++calls === 2)
        one.faults.call = [{ outcome: { kind: 'retry', why: '503' }, effect: false }];
    };
    const deliveries = w.fake.visible();
    const failed = await handle(w, deliveries);
    const ids = failed.map((id) => deliveries.find(({ messageId }) => messageId === id)?.body ?? '');
    expect(ids.map((body) => `${JSON.parse(body).account} ${JSON.parse(body).webhookId}`)).toEqual([
      'shop b',
      'shop c',
    ]);
    expect(two.mutations()).toEqual(['disable a', 'disable b', 'disable c']);
  });

  it('fails a body that is no job, and works the others', async () => {
    const w = await ready(['a']);
    expect(await handle(w, [none, ...w.fake.visible()])).toEqual(['none']);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect(w.log.some(({ message }) => message.includes('no job'))).toBe(true);
  });

  it('never throws: what cannot be worked is handed out again after a while, not at once', async () => {
    const w = await ready(['a', 'b']);
    const deliveries = w.fake.visible();
    const { table } = w.ports;
    w.ports.table = { ...table, get: async () => Promise.reject(new Error('no connection')) };
    expect(await handle(w, deliveries)).toEqual(deliveries.map(({ messageId }) => messageId));
    expect(w.fake.visible()).toEqual([]);
    w.ports.table = table;
    w.ports.open = async () => Promise.reject(new Error('no credentials'));
    expect(await handle(w, deliveries)).toHaveLength(2);
    expect(w.remote.mutations()).toEqual([]);
  });

  it('counts an id as busy whose call was cut off, so that the last one stays on', async () => {
    const w = shop([testHook('a'), testHook('b'), testHook('c')]);
    await w.scanAndApprove('shop');
    w.remote.edit('c', { enabled: false });
    const [a, b] = w.fake.visible() as [Delivery, Delivery];
    w.remote.hooks.before = (call) => {
      if (call === 'disable a') throw new Error('aborted');
    };
    expect(await handle(w, [a])).toEqual([a.messageId]);
    w.pass(31_000);
    await handle(w, [b]);
    await handle(w, [b]);
    expect(w.remote.mutations()).not.toContain('disable b');
    expect(w.record('shop', 'b')).toMatchObject({ state: 'kept', endGuard: 'last-one' });
  });

  it('begins nothing that cannot end before its deadline', async () => {
    const w = await ready(['a']);
    expect(await handle(w, w.fake.visible(), 15_000)).toHaveLength(1);
    expect(w.remote.mutations()).toEqual([]);
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });
});

describe('the scanner function', () => {
  const message = (body: string, messageId: string) => ({ messageId, receiptHandle: messageId, body });

  it('scans each account by a message of its own and fails only what failed', async () => {
    const w = await ready(['a']);
    const scan = scannerHandler(async () => w.ports);
    const good = message(JSON.stringify({ kind: 'scan', account: 'shop' }), 'good');
    const events = [good, message('{', 'torn'), message(JSON.stringify({ kind: 'scan', account: 'nobody' }), 'nobody')];
    expect(await scan(eventOf(events))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'torn' }, { itemIdentifier: 'nobody' }],
    });
    expect(await scan({ kind: 'scan' })).toEqual({ asked: 1 });
    expect(await scan({ kind: 'sweep' })).toMatchObject({ lapsed: 0, dead: 0 });
    expect(w.remote.mutations()).toEqual([]);
  });
});
