import { reportOf } from '../failure.ts';
import { type AccountReading, readAccount } from '../jobs/reading.ts';
import { statusOf } from '../jobs/status.ts';
import { limits } from '../limits.ts';
import type { ScopeStatus } from '../plan/item.ts';
import type { Account } from '../policy/policy.ts';
import type { Heard } from '../providers/hearing.ts';
import type { Session } from './command.ts';

/** One thing that has to be in order. `account` is null for what is shared; `hint` is there where it is not `ok`. */
export type Check = {
  check: 'credentials' | 'reachable' | 'rights' | 'clock' | 'table' | 'queue';
  account: string | null;
  status: 'ok' | 'warn' | 'fail' | 'skipped';
  detail: string;
  hint: string | null;
};
type Found = Omit<Check, 'check' | 'account'>;

const ok = (detail: string): Found => ({ status: 'ok', detail, hint: null });
const warn = (detail: string, hint: string): Found => ({ status: 'warn', detail, hint });
const fail = (detail: string, hint: string): Found => ({ status: 'fail', detail, hint });
const skipped = (after: string): Found => ({ status: 'skipped', detail: `needs ${after} first`, hint: null });

type Failure = NonNullable<ScopeStatus['error']>;

const credentials = (failure: Failure | undefined): Found =>
  failure?.code === 'credential' || failure?.code === 'access'
    ? fail(failure.message, failure.hint)
    : ok('there, and of this environment as far as they tell');

const reachable = (account: Account, heard: Heard | null, failure: Failure | undefined): Found => {
  if (heard) return ok(`${new URL(account.baseUrl).host} answers`);
  if (failure) return fail(failure.message, failure.hint);
  return warn('nothing was asked, for it has no scope', 'look at its options: hooksweep validate');
};

const rights = ({ scopes }: AccountReading, failure: Failure | undefined): Found => {
  const webhooks = scopes.reduce((sum, scope) => sum + scope.webhooks, 0);
  const whole = scopes.filter(({ status }) => status === 'complete').length;
  if (failure) return fail(`${whole} of ${scopes.length} scopes can be listed: ${failure.message}`, failure.hint);
  const lists = `lists ${webhooks} webhooks, ${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'}`;
  return ok(`${lists}; the right to change is only used by a step, so it is not tried`);
};

const seconds = (ms: number): string => `${(Math.abs(ms) / 1000).toFixed(1)} s`;

const clock = (heard: Heard): Found => {
  if (heard.aheadMs === null) return warn('the provider tells no time', 'compare the clock of this machine by hand');
  const least = Math.abs(heard.aheadMs) - heard.withinMs;
  if (least <= limits.clockSkewMaxMs) return ok(`within ${seconds(limits.clockSkewMaxMs)} of the provider's`);
  const found = least > limits.clockSkewBadMs ? fail : warn;
  const way = heard.aheadMs > 0 ? 'ahead of' : 'behind';
  return found(`${seconds(heard.aheadMs)} ${way} the provider's`, 'set the clock of this machine, by NTP');
};

/** Asks the provider of one account as a scan would. Only reads. */
export const checkAccount = async (session: Session, account: Account): Promise<Check[]> => {
  const reading = await readAccount(session.ports, account);
  const failure = reading.scopes.find(({ error }) => error)?.error;
  const heard = session.heard(account.name);
  const lacks = failure?.code === 'access' || failure?.code === 'credential';
  const found: Record<string, Found> = {
    credentials: credentials(failure),
    reachable: failure?.code === 'access' ? skipped('credentials') : reachable(account, heard, failure),
    rights: lacks ? skipped('credentials') : heard ? rights(reading, failure) : skipped('an answer'),
    clock: heard ? clock(heard) : skipped('an answer'),
  };
  return Object.entries(found).map(([check, one]) => ({
    check: check as Check['check'],
    account: account.name,
    ...one,
  }));
};

const tableAndQueue = async ({ ports, directory }: Session): Promise<[table: Found, queue: Found]> => {
  if (directory === null)
    return [ok('nothing is kept here yet; hooksweep run begins it'), ok('nothing is queued before that')];
  const dead = (await ports.deadLetters?.()) ?? 0;
  const { records, stopped } = await statusOf(ports, dead);
  const count = Object.values(records).reduce((sum, one) => sum + one, 0);
  return [
    stopped ? warn(`readable, and stopped: ${stopped.reason}`, 'hooksweep start') : ok(`readable, ${count} records`),
    dead > 0 ? warn(`${dead} dead letters`, 'hooksweep status') : ok('no dead letters'),
  ];
};

/** Looks at what is kept. Only reads. */
export const checkStore = async (session: Session): Promise<Check[]> => {
  const shared = { account: null };
  try {
    const [table, queue] = await tableAndQueue(session);
    return [
      { check: 'table', ...shared, ...table },
      { check: 'queue', ...shared, ...queue },
    ];
  } catch (error) {
    const { message, hint } = reportOf(error).failure;
    return [{ check: 'table', ...shared, ...fail(message, hint) }];
  }
};
