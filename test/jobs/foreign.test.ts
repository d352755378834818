import { expect, it } from 'vitest';
import { readSnapshot, readSnapshotDays } from '../../lib/jobs/snapshots.ts';
import { accountNamed, fakeProvider, testHook, webhook, world } from './world.ts';

/** Two accounts that see one webhook: at the same address it is the same one. */
const two = (baseUrls: readonly [string, string]) => {
  const hooks = [webhook('live'), testHook('shared')];
  return world([accountNamed('shop', { baseUrl: baseUrls[0] }), accountNamed('till', { baseUrl: baseUrls[1] })], {
    shop: fakeProvider(hooks),
    till: fakeProvider(hooks),
  });
};
const decisions = ({ items }: { items: readonly { decision: string; guards: readonly { guard: string }[] }[] }) =>
  items.map(({ decision, guards }) => [decision, ...guards.map(({ guard }) => guard)].join(' '));

it('keeps a webhook that another account was seen to list at the same provider and base URL', async () => {
  const w = two(['https://api.example', 'https://api.example']);
  await w.scan('till');
  expect(decisions(await w.scan('shop'))).toEqual(['keep foreign']);
  expect(decisions(await w.scan('till'))).toEqual(['keep foreign']);
  const [day] = await readSnapshotDays(w.ports, 'shop', 'main');
  const rows = day && (await readSnapshot(w.ports, 'shop', 'main', day));
  expect(rows?.map(({ id, foreign }) => [id, foreign])).toEqual([
    ['live', true],
    ['shared', true],
  ]);
});

it('minds no account at another base URL', async () => {
  const w = two(['https://api.example', 'https://sandbox.example']);
  await w.scan('till');
  expect(decisions(await w.scan('shop'))).toEqual(['propose']);
});
