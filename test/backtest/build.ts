import { type Backtest, backtest } from '../../lib/backtest/backtest.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, shop } from '../jobs/world.ts';

export const minute = 60_000;

/** A shop that was scanned, and the back-test of a change of its policy. */
export const recorded = (
  webhooks: readonly Webhook[],
  over: Partial<Account> = {},
  can: Partial<Capabilities> = {},
) => {
  const w = shop(webhooks, over, can);
  const test = (changed: Partial<Account>, since = 0): Promise<Backtest> =>
    backtest(
      { ...w.ports, capabilitiesOf: () => ({ ...capabilities, ...can }) },
      {
        present: w.ports.policy,
        changed: { version: 1, hash: 'changed', accounts: [accountNamed('shop', { ...over, ...changed })] },
        accounts: ['shop'],
        since,
      },
    );
  return { ...w, test };
};

export const ids = (items: Backtest['additional']): string[] => items.map(({ webhookId }) => webhookId).toSorted();
export const regrets = (items: Backtest['additional']) =>
  Object.fromEntries(items.map(({ webhookId, regret }) => [webhookId, regret?.why ?? null]));
