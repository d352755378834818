import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readPlan } from '../../lib/cli/plan-file.ts';
import { planDigest } from '../../lib/plan/ids.ts';
import type { Plan } from '../../lib/plan/item.ts';
import { planDocument } from '../../lib/plan/plan.ts';
import { type AccountProposals, proposalsOf } from '../../lib/requests/proposals.ts';
import { shop as simulatedShop } from '../e2e/workplace.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';
import { junk, mutantOf, runs } from './mutate.ts';

const w = shop([webhook('live'), testHook('a'), testHook('b'), webhook('off', { enabled: false })]);
const plan = planDocument(w.ports.policy, [await w.scan('shop')], w.now(), []);
const text = `${JSON.stringify(plan, null, 2)}\n`;

const folder = mkdtempSync(join(tmpdir(), 'plan-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `apply` would take from a file with this content, or the code of its refusal. Any other error is a fault. */
const taken = async (content: string | Uint8Array): Promise<readonly AccountProposals[] | string> => {
  writeFileSync(join(folder, 'plan.json'), content);
  try {
    return proposalsOf(await readPlan('plan.json', folder), 'plan.json', w.ports.policy, w.now());
  } catch (error) {
    const { name, failure } = error as { name: string; failure: { code: string; hint: string } };
    if (name !== 'CommandError') throw error;
    expect(failure.hint).not.toBe('');
    return failure.code;
  }
};
const asMade = await taken(text);
const refusals = ['not-a-plan', 'altered', 'policy-changed', 'lapsed'];

/** Refused, or what was reviewed to the letter: white space in a file says nothing. */
const expectSafe = (content: string, result: Awaited<ReturnType<typeof taken>>): void => {
  if (typeof result === 'string') expect(refusals).toContain(result);
  else expect([JSON.parse(content), result]).toEqual([plan, asMade]);
};

describe('a plan file', () => {
  it('as it was made is taken, so that what follows mutates a good one', () => {
    expect(asMade).toMatchObject([
      { account: 'shop', items: [{ webhookId: 'a' }, { webhookId: 'b' }, { webhookId: 'off' }] },
    ]);
  });

  it('with one field changed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(mutantOf(plan), async ({ value }) => {
        const content = JSON.stringify(value);
        expectSafe(content, await taken(content));
      }),
      runs(600),
    );
  });

  it('with one byte changed, lost or doubled is refused', async () => {
    const bytes = Buffer.from(text);
    const change = fc.record({ at: fc.nat(bytes.length - 1), put: fc.uint8Array({ maxLength: 2 }), cut: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, put, cut }) => {
        const content = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
        expectSafe(content.toString('utf8'), await taken(content));
      }),
      runs(800),
    );
  });

  it('with one field changed and its digest made to fit still proposes nothing but what was reviewed', async () => {
    const reviewed = new Set(plan.items.map(({ webhookId, fingerprint }) => `${webhookId} ${fingerprint}`));
    await fc.assert(
      fc.asyncProperty(mutantOf(plan), async ({ value }) => {
        const result = await taken(JSON.stringify({ ...value, digest: planDigest(value) }));
        if (typeof result === 'string') return void expect(refusals).toContain(result);
        for (const { account, items } of result)
          for (const item of items) {
            const named = `${item.webhookId} ${item.fingerprint}`;
            expect([account, named, reviewed.has(named), item.last]).toEqual(['shop', named, true, false]);
          }
      }),
      runs(600),
    );
  });

  it('of any content is refused', async () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      junk.map((value) => JSON.stringify({ ...plan, items: value })),
    );
    await fc.assert(
      fc.asyncProperty(any, async (content) => {
        expect(refusals).toContain(await taken(content));
      }),
      runs(300),
    );
  });
});

describe('apply', () => {
  it('of a plan with one field changed calls nothing and leaves no record behind', async () => {
    const { provider, ok, hooksweep, folder: cwd } = await simulatedShop();
    await ok('scan --out plan.json', 2);
    const file = join(cwd, 'plan.json');
    const made = JSON.parse(readFileSync(file, 'utf8')) as Plan;
    const asked = provider.requests.length;
    await fc.assert(
      fc.asyncProperty(mutantOf(made), async ({ value }) => {
        const content = JSON.stringify(value);
        if (content === JSON.stringify(made)) return;
        writeFileSync(file, content);
        const { code, json } = await hooksweep('apply plan.json --json');
        expect(refusals).toContain(json<{ error: { code: string } }>().error.code);
        expect(code).toBeGreaterThan(0);
        expect((await ok('audit --json')).json()).toEqual({ records: [] });
        expect(provider.requests.length).toBe(asked);
      }),
      runs(8),
    );
  });
});
