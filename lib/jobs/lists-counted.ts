import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import type { Listing, Provider } from '../providers/contract.ts';
import { type Asked, countsLists, letThrough, type Pass } from './gate.ts';
import type { Ports } from './ports.ts';
import { noteScope } from './scope.ts';

type ListPorts = Pick<Ports, 'open' | 'clock' | 'table' | 'random' | 'wrote' | 'signal'>;

const noTurn: Listing = {
  status: 'incomplete',
  outcome: { kind: 'retry', why: 'other calls took all turns for a list' },
};

/** Reserves the next turn behind all that were given, whoever holds the lock. */
const passBy = async (ports: ListPorts, { name }: Account, provider: Provider, scope: string): Promise<Pass> => {
  const { allowances } = provider.capabilities;
  const asked: Asked = { slots: [], others: 0, lists: 1, back: true, perDay: 0, allowances, paceMs: 0, passing: true };
  const now = ports.clock.now();
  let { pass } = letThrough(undefined, asked, now);
  await noteScope(ports, name, scope, ({ gate: before }) => {
    const through = letThrough(before, asked, now);
    pass = through.pass;
    return through.gate ? { gate: through.gate } : {};
  });
  return pass;
};

const listInTurn = async (
  ports: ListPorts,
  account: Account,
  provider: Provider,
  scope: string,
  signal: AbortSignal | undefined,
): Promise<Listing> => {
  for (let missed = 0; missed <= limits.turnsMissedMax; missed++) {
    const { turns, next } = await passBy(ports, account, provider, scope);
    const start = turns?.starts[0] ?? next;
    await ports.clock.sleep(Math.max(0, start - ports.clock.now()), signal);
    if (turns && turns.starts.length > 0 && ports.clock.now() <= turns.until) return provider.list(scope, signal);
  }
  return noTurn;
};

/**
 * The same ports for whoever lists without a lock: where a provider counts lists, each waits for a turn of its own, in a write
 * of the gate. Those of a worker are in the turns of its shift.
 */
export const withListsCounted = <T extends ListPorts>(ports: T): T => ({
  ...ports,
  open: async (account) => {
    const opened = await ports.open(account);
    if (opened.status !== 'ok' || !countsLists(opened.provider.capabilities)) return opened;
    const { provider } = opened;
    const list: Provider['list'] = (scope, signal) => listInTurn(ports, account, provider, scope, signal);
    return { ...opened, provider: { ...provider, list } };
  },
});
