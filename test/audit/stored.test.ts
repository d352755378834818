import { describe, expect, it } from 'vitest';
import { type CleanupRecord, subjectOf } from '../../lib/audit/record.ts';
import { whyUnreadable } from '../../lib/audit/stored.ts';
import type { Item } from '../../lib/audit/table.ts';
import { decideOn } from '../../lib/jobs/decide.ts';
import { limits } from '../../lib/limits.ts';
import { redactName } from '../../lib/url.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';

const stored = async () => {
  const w = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  await w.run(0);
  return { ...w, item: w.record('shop', 'a') };
};

describe('an item of the table', () => {
  it('as it was written is believed, whatever its family', async () => {
    const { table } = await stored();
    for (const item of table.items.values())
      expect([item.pk, item.sk, whyUnreadable(item)]).toEqual([item.pk, item.sk, null]);
  });

  it.each<[string, (record: CleanupRecord) => object, string]>([
    [
      'a state that its story does not tell',
      () => ({ state: 'approved' }),
      'its state is approved, its story says observing',
    ],
    ['a state that there is not', () => ({ state: 'gone-fishing' }), 'state is not as it is written'],
    ['more cycles than there can be', () => ({ cycle: limits.cyclesMax + 1 }), 'cycle is not as it is written'],
    [
      'a fingerprint that was off before we switched it off',
      ({ fingerprint }) => ({ fingerprint: fingerprint.replace(':on', ':off') }),
      'it was off before us and is off because of us',
    ],
    ['the id of another', () => ({ webhookId: 'b' }), 'it stands under the key of another'],
    [
      'a line too few',
      ({ history }) => ({ history: history.slice(0, -1) }),
      'the story ends before its head: entries are missing after number 3',
    ],
    ['a date that no calendar has', () => ({ dueAt: 1e300 }), 'dueAt is not as it is written'],
    [
      'a veto without its end',
      () => ({ veto: { reason: 'x', actor: 'x', rules: '', config: '' } }),
      'veto.until is not as it is written',
    ],
  ])('with %s is not', async (_name, change, why) => {
    const { item } = await stored();
    expect(whyUnreadable({ ...item, ...change(item) } as Item)).toBe(why);
  });

  it('with fields that this version does not know is believed', async () => {
    const { item } = await stored();
    expect(whyUnreadable({ ...item, addedLater: { x: 1 } } as Item)).toBeNull();
    expect(whyUnreadable({ pk: 'counter#1', sk: 'record', version: 1, lastWrite: 'w' })).toBeNull();
  });
});

describe('a decision about a record that cannot be read', () => {
  it('is refused, and says where to look', async () => {
    const { ports, table, item } = await stored();
    await table.put({ ...item, state: 'approved' } as Item, []);
    const [result] = await decideOn(ports, 'veto', ['shop#main#endpoint#a'], 'needed', null);
    expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('no such record that can be read') });
  });
});

it('a name of a record with a percent sign that encodes nothing names no record', () => {
  for (const name of ['webhook#shop#%#endpoint#a', 'webhook#shop#main#endpoint#%zz'])
    expect(subjectOf(name)).toBeNull();
});

it.each([
  ['orders to the warehouse', 'orders to the warehouse'],
  ['for whsec_Zk3x9QpLm2Vt8RwY', 'for REDACTED'],
  ['token=geheim  shop', 'token=REDACTED  shop'],
  ['to https://a:b@example.com/x?key=1 daily', 'to https://REDACTED@example.com/x?key=REDACTED daily'],
  ['', ''],
])('the name %j is shown as %j', (name, shown) => {
  expect(redactName(name)).toBe(shown);
});
