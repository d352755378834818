import { describe, expect, it } from 'vitest';
import type { Provider } from '../../lib/providers/contract.ts';
import { findingsOf, now } from '../detect/build.ts';
import { gid, simulated as shopify } from './shopify-account.ts';
import { simulated as stripe } from './stripe-account.ts';

const rules = {
  test: { afterMs: 86_400_000, hosts: [] },
  duplicate: { keep: 'newest' },
  disabled: { afterMs: 0 },
} as const;

/** Ids by what the rules say of the simulated population. */
const judged = async (provider: Provider) => {
  const listing = await provider.list('shop');
  if (listing.status !== 'complete') throw new Error('not complete');
  const found = findingsOf(listing.webhooks, rules, { capabilities: provider.capabilities, now });
  const idsOf = (proposes: boolean, rule: string) =>
    Object.keys(found).filter((id) => found[id]?.some((one) => one.rule === rule && one.proposes === proposes));
  return { found, idsOf };
};

describe('what the rules say', () => {
  it('of Stripe: tunnels are proposed, duplicates only reported, for each has its own secret', async () => {
    const { provider } = await stripe({ now: () => now });
    const { found, idsOf } = await judged(provider);
    expect(idsOf(true, 'test')).toEqual(['we_1Sim102', 'we_1Sim104']);
    expect(idsOf(true, 'duplicate')).toEqual([]);
    expect(idsOf(false, 'duplicate')).toContain('we_1Sim103');
    // Another version of the API and another application.
    expect([found.we_1Sim105, found.we_1Sim110]).toEqual([undefined, undefined]);
  });

  it('of Shopify: an exact duplicate is proposed, and what goes to no URL is left alone', async () => {
    const { simulator, provider } = await shopify({ now: () => now });
    const bus = simulator.state.get(gid(106));
    simulator.state.set(gid(999), { ...(bus as NonNullable<typeof bus>), id: gid(999) });
    const { found, idsOf } = await judged(provider);
    expect(idsOf(true, 'test')).toEqual([gid(102), gid(104)]);
    expect(idsOf(true, 'duplicate')).toEqual([gid(103)]);
    // EventBridge, twice; Pub/Sub; another filter.
    for (const id of [106, 999, 108, 110]) expect(found[gid(id)]).toBeUndefined();
  });
});
