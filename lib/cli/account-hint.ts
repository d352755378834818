import { meant, quote } from '../policy/wording.ts';
import type { Output } from './command.ts';
import type { Desk } from './desk.ts';

/**
 * Warns of an account that neither the policy nor any record knows: a slip of the pen looks like an empty answer. One that left
 * the policy may still have records.
 */
export const hintAccount = async (desk: Desk, account: string | undefined, { warn }: Output): Promise<void> => {
  if (account === undefined) return;
  const { policy } = await desk.ask('policy', {});
  const names = policy.accounts.map(({ name }) => name);
  if (names.includes(account)) return;
  const { records, unreadable = [] } = await desk.ask('query', { filter: { account }, limit: 1 });
  if (records.length + unreadable.length > 0) return;
  const near = meant(account, names);
  const next = near === null ? 'hooksweep status lists those of the policy' : `did you mean ${near}?`;
  warn(`no account ${quote(account)} is in the policy or in a record; ${next}`);
};
