import { describe, expect, it } from 'vitest';
import { packed } from '../../lib/audit/packed.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { metered } from './metered.ts';
import { accountNamed, fakeProvider, hour, testHook, webhook, world } from './world.ts';

const live = Array.from({ length: 20 }, (_, at) => webhook(`we_1PgafyB7${at}`));

/** Accounts at one provider and base URL, the first of which has these webhooks besides; what a scan of it reads and writes. */
const scanned = async (accounts: number, more: ReturnType<typeof webhook>[]) => {
  const names = Array.from({ length: accounts }, (_, at) => `shop-${at}`);
  const remotes = names.map((name, at) => {
    const own = live.map((one) => ({ ...one, id: `${one.id}-${name}` }));
    return [name, fakeProvider(at === 0 ? [...own, ...more] : own)] as const;
  });
  const baseUrl = 'https://api.example';
  const made = world(
    names.map((name) => accountNamed(name, { baseUrl })),
    Object.fromEntries(remotes),
  );
  for (const name of names) await made.scan(name);
  made.pass(hour);
  const meter = metered(made.table, packed);
  await scanAccount({ ...made.ports, table: meter.port }, 'shop-0', { acceptShrink: false });
  return meter.spent();
};

describe('a scan that finds nothing new', () => {
  it('writes the scope once, and reads nothing of other accounts', async () => {
    const alone = await scanned(1, []);
    expect([alone.writes, alone.writeUnits]).toEqual([1, 1]);
    expect((await scanned(30, [])).readUnits).toBe(alone.readUnits);
  });

  it('reads what other accounts at the same place list where something was found', async () => {
    const alone = await scanned(1, [testHook('t')]);
    const beside = await scanned(30, [testHook('t')]);
    expect(beside.readUnits - alone.readUnits).toBe(29 * 3);
  });
});
