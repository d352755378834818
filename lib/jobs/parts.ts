import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { ScopeStatus } from '../plan/item.ts';
import type { Account } from '../policy/policy.ts';
import { type AccountItem, type Round, readSwitches } from './account.ts';
import type { Ports } from './ports.ts';
import { isLeftCode, isLeftOut } from './reading.ts';
import { type Earlier, earlierParts, nextPart, nothingEarlier, roundNow } from './round.ts';
import { readScopeNames, type ScopeItem, scopeKey } from './scope.ts';

/** Where a scan begins: anew, or in a round that goes on, with the scopes that its first part found. */
export type Start = { round?: Round; scopes?: readonly string[]; earlier: Earlier };

export const startOf = async (
  ports: Ports,
  account: Account,
  own: AccountItem | undefined,
  stopped: boolean,
): Promise<Start> => {
  const round = roundNow(own, ports.policy.hash, ports.clock.now());
  const scopes = round ? await readScopeNames(ports, account.name) : [];
  if (!round || scopes.length === 0) return { earlier: nothingEarlier };
  return { round, scopes, earlier: await earlierParts(ports, account, scopes, round, stopped) };
};

/** When it was last asked, whatever came of that. */
const askedAt = ({ lastScan, lastGood }: ScopeItem): Ms => (isLeftCode(lastScan?.code) ? lastGood : lastScan)?.at ?? 0;

/** Those first that were asked longest ago, so that who runs out of time or calls gets to each of them in the end. */
export const oldestFirst = async (
  ports: Ports,
  name: string,
  scopes: readonly string[],
): Promise<readonly string[]> => {
  if (scopes.length <= limits.scopesAtOnceMax) return scopes;
  const items = (await ports.table.get(scopes.map((scope) => scopeKey(name, scope)))) as ScopeItem[];
  const times = new Map(items.map((item) => [item.scope, askedAt(item)]));
  return scopes.toSorted((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0));
};

/** A part of an account is no plan: the next part would replace it while somebody looks at it. What waits goes on waiting. */
const tellLeftOut = (ports: Ports, account: string, left: number): void => {
  const detail = `scopes without a complete list: ${left}; nothing is proposed, and the next scan goes on with them`;
  ports.log({ level: 'warn', message: 'a scan could not list all of an account', account, detail });
};

/**
 * Scopes are left out. The next part has them: at once by a message where only time ran out, else by the next schedule. A
 * part of a round that came to none of its scopes leads to no other, so a round ends.
 *
 * @param statuses of the scopes that this part was to list
 * @param part the number of this part, where the scan begins anew in a chain of messages
 * @returns whether the round goes on by itself
 */
export const goesOn = async (
  ports: Ports,
  { name }: Account,
  own: AccountItem | undefined,
  { round }: Start,
  statuses: readonly ScopeStatus[],
  { part }: { part: number },
  now: Ms,
): Promise<boolean> => {
  const left = statuses.filter(isLeftOut);
  const inTime = left.every(({ error }) => error?.code === 'time');
  if (left.length === statuses.length && (round || !inTime)) {
    if (round) tellLeftOut(ports, name, left.length);
    return false;
  }
  const next = { began: round?.began ?? now, part: (round?.part ?? part) + 1, policy: ports.policy.hash };
  if (!(await nextPart(ports, name, own?.round, next))) return true;
  if (!inTime || next.part % limits.scanPartsMax === 0) {
    tellLeftOut(ports, name, left.length);
    return false;
  }
  await ports.queue.scan([{ account: name, round: { began: next.began, part: next.part } }]);
  const detail = `scopes left for part ${next.part + 1}: ${left.length}`;
  ports.log({ level: 'info', message: 'a scan goes on in another part', account: name, detail });
  return true;
};

/** Whether a message that asks for a part asks for the one that comes next; else it came twice, or late. */
export const isNextPart = async (
  ports: Ports,
  name: string,
  asked: Pick<Round, 'began' | 'part'>,
): Promise<boolean> => {
  const { round } = (await readSwitches(ports, name)).own ?? {};
  return round?.began === asked.began && round.part === asked.part;
};
