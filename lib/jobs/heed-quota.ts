import type { Account } from '../policy/policy.ts';
import type { Provider } from '../providers/contract.ts';
import { spentUntil } from '../providers/quota.ts';
import { type AccountItem, pause } from './account.ts';
import type { Ports } from './ports.ts';

/**
 * Pauses an account before it runs into a limit, by what the provider's answers say is left. Writes nothing where there is
 * enough, or where a pause lasts as long already.
 *
 * @returns the pause, null where there is enough
 */
export const heedQuota = async (
  ports: Ports,
  account: Account,
  provider: Provider,
): Promise<NonNullable<AccountItem['paused']> | null> => {
  const spent = spentUntil(provider.quota?.(), ports.clock.now());
  if (!spent) return null;
  await pause(ports, account.name, 'throttle', spent.until, spent.why);
  return { kind: 'throttle', ...spent };
};
