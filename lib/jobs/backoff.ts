import type { Ms, Random } from '../clock.ts';
import type { Account } from '../policy/policy.ts';

/**
 * Full jitter: anywhere between nothing and `base · 2^tries`, at most `cap`; never under a quarter of `base`, so that a
 * read-back does not come before the effect.
 */
export const backoffMs = ({ retry }: Pick<Account, 'retry'>, tries: number, random: Random): Ms => {
  const ceiling = Math.min(retry.capMs, retry.baseMs * 2 ** Math.min(tries, 30));
  return Math.max(Math.min(retry.baseMs / 4, retry.capMs), Math.round(random.unit() * ceiling));
};
