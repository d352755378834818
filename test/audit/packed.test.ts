import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenAt, type Entry, genesis, nextEntry } from '../../lib/audit/chain.ts';
import { packed, unpacked } from '../../lib/audit/packed.ts';
import { whyUnreadable } from '../../lib/audit/stored.ts';
import type { Item } from '../../lib/audit/table.ts';
import { sha256 } from '../../lib/canonical.ts';

const throughWire = (item: Item): Item => unpacked(unmarshall(marshall(packed(item), { removeUndefinedValues: true })));

describe('an item as it lies in the table', () => {
  it('comes back as it was, whatever is in it', () => {
    const digits = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 63, maxLength: 65 });
    const hash = digits.map((all) => all.join(''));
    const text = fc.oneof(
      hash,
      hash.map((all) => `sha256:${all}`),
      fc.string(),
      fc.constant(sha256('x')),
    );
    const line = fc.record({ seq: fc.nat(), hash: text, prev: text, detail: fc.string() }, { requiredKeys: [] });
    const item = fc.record({ pk: fc.string(), sk: fc.string(), planId: text, head: text, history: fc.array(line) });
    fc.assert(
      fc.property(item, fc.boolean(), (made, follows) => {
        const history = made.history.map((one, at) => ({
          ...one,
          // A line without what it follows would be read as one that was packed; entries always have it.
          prev: follows ? (made.history[at - 1]?.hash ?? '') : (one.prev ?? ''),
        }));
        const whole = { ...made, history, version: 1, lastWrite: 'w' };
        expect(throughWire(whole)).toEqual(JSON.parse(JSON.stringify(whole)));
      }),
    );
  });

  it('says of busy ids what it said, and is no scope where somebody edited that', () => {
    const said = { token: 't'.repeat(16), at: 1_790_000_000_000, step: 'delete' };
    const busy = { a: said, b: { ...said, answered: true }, c: { ...said }, __proto__x: said };
    const scope = { pk: 'scope#shop#main', sk: 'scope', version: 1, lastWrite: 'w', account: 'shop', scope: 'main' };
    for (const one of [busy, {}]) {
      const whole = { ...scope, busy: one } as Item;
      expect([throughWire(whole), whyUnreadable(throughWire(whole))]).toEqual([whole, null]);
    }
    expect(packed({ ...scope, busy } as Item).busy).toHaveLength(2);
    for (const broken of [[{ token: 't' }], [{ ids: 'a' }], [7], 'a'])
      expect(whyUnreadable(unpacked({ ...scope, busy: broken }))).toContain('busy');
  });

  it('shows a line that was changed there', () => {
    const first = nextEntry(genesis('p'), 1, 0, 'proposed', 'a', 'x');
    const history = [first, nextEntry(first.hash, 2, 0, 'approved', 'a', 'y')];
    const stored = packed({ pk: 'p', sk: 's', version: 1, lastWrite: 'w', history } as Item);
    const [one, two] = stored.history as { hash: Uint8Array }[];
    const told = (lines: unknown) =>
      (unpacked({ ...stored, history: lines }) as unknown as { history: Entry[] }).history;
    const { hash } = history[1] as Entry;
    expect(brokenAt('p', told([one, two]), hash)).toBeNull();
    expect(brokenAt('p', told([{ ...one, hash: two?.hash }, two]), hash)).toContain('was changed');
    expect(brokenAt('p', told([{ ...one, event: 'deleted' }, two]), hash)).toContain('was changed');
  });
});
