import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { scannerHandler } from '../../functions/scanner.ts';
import { workerHandler } from '../../functions/worker.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { statusOf } from '../../lib/jobs/status.ts';
import { accountNamed, fakeProvider, testHook, webhook, world } from '../jobs/world.ts';

const why = 'account till: secretKey: ssm:/hooksweep/dev/till cannot be read (ParameterNotFound)';

/** Two accounts, of which the parameter of one is missing until it is put there. */
const shops = () => {
  const population = [webhook('live'), testHook('a')];
  const remotes = { shop: fakeProvider(population), till: fakeProvider(population) };
  const w = world([accountNamed('shop'), accountNamed('till')], remotes);
  let missing = true;
  const open: Ports['open'] = async (account) =>
    missing && account.name === 'till' ? { status: 'error', why, hint: 'create it' } : w.ports.open(account);
  const ports = { ...w.ports, open };
  const put = () => {
    missing = false;
  };
  const take = () => {
    missing = true;
  };
  const scan = async (...names: string[]) => {
    const Records = names.map((account, at) => ({
      messageId: `m${at}`,
      body: JSON.stringify({ kind: 'scan', account }),
    }));
    return scannerHandler(async () => ports)({ Records: Records as SQSRecord[] } as SQSEvent);
  };
  const failures = async () =>
    (await statusOf(ports, 0)).accounts.flatMap(({ account, scopes }) =>
      scopes.flatMap(({ lastFailure }) => (lastFailure ? [{ account, message: lastFailure.message }] : [])),
    );
  return { ...w, ports, remotes, put, take, scan, failures };
};

describe('an account whose credential is missing', () => {
  it('is marked in the status with the place of the credential, and holds up no other', async () => {
    const w = shops();
    expect(await w.scan('till', 'shop')).toEqual({ batchItemFailures: [] });
    expect(await w.failures()).toEqual([{ account: 'till', message: why }]);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'proposed' });
    expect(w.remotes.till.calls).toEqual([]);
  });

  it('is well again with the first scan after the credential is there', async () => {
    const w = shops();
    await w.scan('till');
    w.put();
    w.pass(60_000);
    await w.scan('till');
    expect(await w.failures()).toEqual([]);
    expect(w.record('till', 'a')).toMatchObject({ state: 'proposed' });
  });

  it('waits with what was approved, without an attempt, and goes on when the credential is back', async () => {
    const w = shops();
    w.put();
    await w.scanAndApprove('till');
    w.take();
    const context = { getRemainingTimeInMillis: () => 120_000 } as Parameters<ReturnType<typeof workerHandler>>[1];
    const work = async () => {
      const deliveries = w.fake.visible();
      const event = { Records: deliveries.map((delivery) => ({ ...delivery }) as SQSRecord) } as SQSEvent;
      const { batchItemFailures } = await workerHandler(async () => w.ports)(event, context);
      w.fake.settle(deliveries, new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)));
    };
    await work();
    expect(w.record('till', 'a')).toMatchObject({ state: 'approved', attempts: { disable: 0 } });
    expect(w.remotes.till.mutations()).toEqual([]);
    w.put();
    await w.run(2 * 3_600_000, 60_000);
    expect(w.remotes.till.mutations()).toEqual(['disable a']);
  });
});
