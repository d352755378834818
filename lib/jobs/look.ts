import { type CleanupRecord, recordKey, recordRef } from '../audit/record.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { AccountPlan, PlanItem, ScopeStatus } from '../plan/item.ts';
import { findingsOf, type Knowledge, planAccount, type Reading } from '../plan/plan.ts';
import { planScope } from '../plan/scope.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { readSwitches } from './account.ts';
import { assess, goneByUs, isBelieved, isKnownAbsent, readSeen, remember, type Seen, seeAgain } from './population.ts';
import { accountOf, type Ports } from './ports.ts';
import { type AccountReading, foreignIds, readAccount } from './reading.ts';
import { openRecordsOf, readRecords } from './records.ts';
import { type Names, scanNames } from './resolve.ts';
import { type Earlier, nothingEarlier } from './round.ts';
import { readScopeNow, type ScopeItem } from './scope.ts';
import { sideBySide } from './side-by-side.ts';

/** One account's part of a plan, with what is known of its scopes. */
export type AccountScan = { plan: AccountPlan; items: readonly PlanItem[] };
export type ScopeScan = {
  reading: Reading;
  knows: Knowledge;
  items: PlanItem[];
  /** What to remember; ids that only this one list misses stay in it. */
  seen: Seen;
  missing: ScopeItem['missing'];
  /** What DNS says of the hosts now. */
  names: Names;
  /** Absence from this list proves something. */
  believed: boolean;
  /** Records that were open before the list was read. */
  open: readonly CleanupRecord[];
};
/** A set of missing ids that exceeds `shrink`, to be remembered until a person accepts it. */
export type Shrunk = { scope: string; missing: ScopeItem['missing'] };
export type Look = AccountScan & { scans: readonly ScopeScan[]; shrunk: readonly Shrunk[] };
export type LookOptions = {
  acceptShrink: boolean;
  /** Ids that other accounts list; asked for where something was found. */
  foreign(): Promise<ReadonlySet<string>>;
  /** The open records of the account, read before it was listed: what a worker did since is not held against the list. */
  open: readonly CleanupRecord[];
  /** What earlier parts of the same scan found at other scopes. */
  earlier?: Earlier;
};

type LookPorts = Pick<Ports, 'table' | 'policy' | 'random' | 'resolve' | 'log'>;
type Known = { scope: ScopeItem | undefined; seen: Seen };

const shrinkError = (missing: number, of: number, percent: number): ScopeStatus['error'] => ({
  code: 'shrink',
  message: `${missing} of ${of} webhooks of the last good scan are missing, more than ${percent} % (limits.shrink)`,
  hint: 'look at the provider; if they are really gone, accept it: hooksweep scan --accept-shrink',
});

/** Weighs a scope's list against the last good one; the error where it shrank too much and nobody accepted that. */
const weigh = async (
  ports: LookPorts,
  account: Account,
  reading: Reading,
  { scope, seen }: Known,
  open: readonly CleanupRecord[],
  accept: boolean,
): Promise<
  | { error: ScopeStatus['error']; missing: ScopeItem['missing'] }
  | { believed: boolean; absent: readonly string[]; missing: ScopeItem['missing'] }
> => {
  const listed = new Map(reading.webhooks.map((webhook) => [keyOf(webhook), true]));
  const deleted = await goneByUs(ports, account.name, reading.scope, seen, listed, scope?.gone);
  const recorded = open.filter((record) => !record.deleteSent && !isKnownAbsent(record, scope, seen)).map(recordRef);
  const expected = new Map<string, unknown>(seen);
  for (const ref of recorded) expected.set(ref, true);
  const assessment = assess(account, expected, listed, deleted);
  const known = remember(assessment, scope?.missing);
  const believed = accept || isBelieved(assessment, known);
  if (believed || !assessment.shrunk)
    return { missing: believed ? undefined : known, absent: assessment.missing, believed };
  const { missing } = assessment;
  const error = shrinkError(missing.length, expected.size - deleted.size, account.limits.shrink.percent);
  return { error, missing: known };
};

const knowledgeOf = async (
  ports: LookPorts,
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  { scope, seen }: Known,
  open: readonly CleanupRecord[],
  stopped: boolean,
  askForeign: LookOptions['foreign'],
  now: Ms,
) => {
  const records = new Map(open.map((record) => [recordRef(record), record]));
  const findings = findingsOf(account, capabilities, reading, { sightings: seen, records }, now);
  const keys = findings.places
    .map((place) => reading.webhooks[place] as Webhook)
    .filter((webhook) => !records.has(keyOf(webhook)))
    .map(({ id, kind }) => recordKey({ account: account.name, scope: reading.scope, kind, webhookId: id }));
  for (const record of await readRecords(ports, keys)) records.set(recordRef(record), record);
  const busy = new Set(Object.keys(scope?.busy ?? {}));
  const foreign = findings.places.length > 0 ? await askForeign() : new Set<string>();
  return { findings, knows: { sightings: seen, records, busy, foreign, stopped } satisfies Knowledge };
};

const lookAtScope = async (
  ports: LookPorts,
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  options: LookOptions & { stopped: boolean },
  ask: ReturnType<typeof scanNames>,
  now: Ms,
): Promise<ScopeScan | { error: ScopeStatus['error']; missing: ScopeItem['missing'] }> => {
  const open = options.open.filter((record) => record.scope === reading.scope);
  const scope = await readScopeNow(ports, account.name, reading.scope);
  const known = { scope, seen: await readSeen(ports, scope) };
  const weighed = await weigh(ports, account, reading, known, open, options.acceptShrink);
  if ('error' in weighed) return weighed;
  const { missing, absent, believed } = weighed;
  const names = await ask(reading.scope, reading.webhooks, known.seen, now);
  const again = seeAgain(known.seen, reading.webhooks, now, account, names);
  const unsure = believed ? [] : [...known.seen].filter(([id]) => absent.includes(id));
  const seen = new Map([...unsure, ...again]);
  const looked = await knowledgeOf(
    ports,
    account,
    capabilities,
    reading,
    { scope, seen },
    open,
    options.stopped,
    options.foreign,
    now,
  );
  const items = planScope(account, capabilities, reading, looked.findings, looked.knows, now);
  return { reading, knows: looked.knows, items, seen, open, missing, believed, names };
};

/**
 * Plans one account as it was read, with all that the table knows of it. Writes nothing.
 */
export const look = async (ports: LookPorts, read: AccountReading, options: LookOptions, now: Ms): Promise<Look> => {
  const { account, capabilities } = read;
  const { stopped, own } = await readSwitches(ports, account.name);
  const { statuses: before, items: earlier } = options.earlier ?? nothingEarlier;
  const statuses = [...before, ...read.scopes];
  const scans: ScopeScan[] = [];
  const shrunk: Shrunk[] = [];
  const ask = scanNames(ports, account);
  for (const reading of capabilities ? read.readings : []) {
    const scan = await lookAtScope(
      ports,
      account,
      capabilities as Capabilities,
      reading,
      { ...options, stopped: !!stopped },
      ask,
      now,
    );
    const at = statuses.findIndex(({ scope }) => scope === reading.scope);
    if ('items' in scan) {
      scans.push(scan);
      continue;
    }
    statuses[at] = {
      scope: reading.scope,
      status: 'incomplete',
      webhooks: 0,
      ...(scan.error && { error: scan.error }),
    };
    shrunk.push({ scope: reading.scope, missing: scan.missing });
  }
  const items = [...earlier, ...scans.flatMap((scan) => scan.items)];
  return { ...planAccount(account, ports.policy.hash, statuses, items, !own?.introduced), scans, shrunk };
};

/** What a scan of these accounts would find and plan now, accounts side by side. Reads only, the table included. */
export const previewAccounts = async (
  ports: Ports,
  names: readonly string[],
  { acceptShrink }: { acceptShrink: boolean },
): Promise<AccountScan[]> => {
  const accounts = names.map((name) => accountOf(ports.policy, name)).filter((account) => account !== undefined);
  const readOne = async (account: Account) => {
    const open = await openRecordsOf(ports, account.name);
    return { open, read: await readAccount(ports, account) };
  };
  const readings = await sideBySide(accounts, limits.accountsAtOnceMax, readOne);
  const foreign = foreignIds(readings.map(({ read }) => read));
  const now = ports.clock.now();
  const looks = readings.map(({ open, read }) =>
    look(ports, read, { acceptShrink, open, foreign: async () => foreign.get(read.account.name) ?? new Set() }, now),
  );
  return (await Promise.all(looks)).map(({ plan, items }) => ({ plan, items }));
};
