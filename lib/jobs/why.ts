import { type AuditRecord, auditRecords } from '../audit/printed.ts';
import { findRecords } from '../audit/query.ts';
import {
  type CleanupRecord,
  type Guard,
  type GuardName,
  recordName,
  recordRef,
  type Subject,
} from '../audit/record.ts';
import type { Finding } from '../detect/finding.ts';
import { coverOf } from '../plan/cover.ts';
import { recordGuards, secretsInUse, standingGuards } from '../plan/guards.ts';
import { rulesId } from '../plan/ids.ts';
import type { PlanItem, ScopeStatus } from '../plan/item.ts';
import type { Account, RuleName } from '../policy/policy.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import { readSwitches } from './account.ts';
import { look, type ScopeScan } from './look.ts';
import { accountOf, type Ports } from './ports.ts';
import { type AccountReading, foreignIds, readAccount } from './reading.ts';
import { openRecordsOf, readRecord } from './records.ts';

export const ruleNames = [
  'test',
  'duplicate',
  'stale',
  'disabled',
  'retired-host',
  'superseded-secret',
  'unresolvable',
] as const satisfies readonly RuleName[];

export const guardNames = [
  'protected',
  'last-one',
  'in-use',
  'vetoed',
  'restored',
  'alive',
  'refused',
  'changed',
  'foreign',
  'open',
  'stopped',
] as const satisfies readonly GuardName[];

export type RuleVerdict = {
  rule: RuleName;
  on: boolean;
  matched: boolean;
  proposes: boolean;
  confidence: Finding['confidence'] | null;
  evidence: string | null;
};
export type GuardVerdict = { guard: GuardName; holds: boolean; detail: string | null };

/** What `why --json` prints. The webhook as its provider lists it now is null where it is not listed, or nothing could be read. */
export type Why = Subject & {
  provider: string;
  environment: Account['environment'];
  webhook: Pick<Webhook, 'url' | 'name' | 'events' | 'enabled' | 'createdAt' | 'updatedAt' | 'signal'> | null;
  /** Why nothing of its scope is believed or proposed now. */
  blocked: ScopeStatus['error'] | null;
  decision: PlanItem['decision'] | 'none';
  rules: readonly RuleVerdict[];
  guards: readonly GuardVerdict[];
} & Pick<PlanItem, 'needsApproval' | 'survivor'> & {
    restore: PlanItem['restore'] | null;
    earliest: PlanItem['earliest'] | null;
    record: AuditRecord | null;
  };

/** Which webhook is meant; without scope and kind the first that the account lists under the id. */
export type Wanted = Pick<Subject, 'account' | 'webhookId'> & Partial<Subject>;

export type Answer =
  | { ok: true; why: Why }
  | {
      ok: false;
      code: 'unknown-account' | 'unknown-webhook' | 'unreadable';
      message: string;
      ids: readonly string[];
      hint?: string;
    };

const rulesOf = (account: Account | undefined, findings: readonly Finding[]): RuleVerdict[] =>
  ruleNames.map((rule) => {
    const found = findings.find((finding) => finding.rule === rule);
    const { proposes = false, confidence = null, evidence = null } = found ?? {};
    return {
      rule,
      on: account?.rules[rule] !== undefined,
      matched: found !== undefined,
      proposes,
      confidence,
      evidence,
    };
  });

const guardsOf = (holding: readonly Guard[]): GuardVerdict[] =>
  guardNames.map((guard) => {
    const found = holding.find((one) => one.guard === guard);
    return { guard, holds: found !== undefined, detail: found?.detail ?? null };
  });

const matching =
  ({ webhookId, scope, kind }: Wanted) =>
  (webhook: Webhook, at: string): boolean =>
    webhook.id === webhookId && (scope === undefined || scope === at) && (kind === undefined || kind === webhook.kind);

/** Every account that may list the same webhook is read, so that `foreign` is known. */
const readNeighbours = async (ports: Ports, account: Account): Promise<AccountReading[]> => {
  const { provider, baseUrl } = account;
  const all = ports.policy.accounts.filter((other) => other.provider === provider && other.baseUrl === baseUrl);
  return Promise.all(all.map((other) => readAccount(ports, other)));
};

/** What each guard would say, whether or not a rule proposes it. */
const holdingGuards = async (
  ports: Ports,
  account: Account,
  { reading, knows }: ScopeScan,
  webhook: Webhook,
  record: CleanupRecord | undefined,
): Promise<Guard[]> => {
  const now = ports.clock.now();
  const cover = coverOf(reading.webhooks, knows.busy);
  const around = { account, now, cover, secretsInUse: secretsInUse(reading.webhooks) };
  const { guards } = standingGuards(webhook, webhook.enabled, around, !account.keepLast);
  const { stopped } = await readSwitches(ports, account.name);
  return [
    ...guards,
    ...(record ? recordGuards(record, fingerprint(webhook), rulesId(account), now) : []),
    ...(knows.foreign.has(keyOf(webhook))
      ? [{ guard: 'foreign' as const, detail: 'another account of the policy lists the same webhook' }]
      : []),
    ...(stopped ? [{ guard: 'stopped' as const, detail: `stopped by ${stopped.actor}: ${stopped.reason}` }] : []),
  ];
};

const storyOf = async (ports: Ports, subject: Subject): Promise<AuditRecord | null> => {
  const name = recordName(subject);
  return (await auditRecords(ports.table, { account: subject.account, webhook: name }, ports.clock.now()))[0] ?? null;
};

/** A webhook that is not listed, or of an account that cannot be read: only what was written down. */
const fromRecord = async (ports: Ports, record: CleanupRecord, blocked: Why['blocked']): Promise<Why> => {
  const { account, scope, kind, webhookId, provider, environment, survivor } = record;
  const nothing = {
    webhook: null,
    decision: 'none' as const,
    guards: guardsOf([]),
    needsApproval: [],
    restore: null,
    earliest: null,
  };
  const rules = rulesOf(accountOf(ports.policy, account), []);
  const subject = { account, scope, kind, webhookId };
  return {
    ...subject,
    provider,
    environment,
    ...nothing,
    rules,
    blocked,
    survivor,
    record: await storyOf(ports, subject),
  };
};

const fromScan = async (
  ports: Ports,
  account: Account,
  scan: ScopeScan,
  webhook: Webhook,
  item: PlanItem | undefined,
  blocked: Why['blocked'],
): Promise<Why> => {
  const subject = { account: account.name, scope: scan.reading.scope, kind: webhook.kind, webhookId: webhook.id };
  const record = await readRecord(ports, subject);
  const findings = item?.findings ?? [];
  const computed = await holdingGuards(ports, account, scan, webhook, record);
  const { name, events, enabled, createdAt, updatedAt, signal } = webhook;
  const url = webhook.url === null ? null : redactUrl(webhook.url);
  return {
    ...subject,
    provider: account.provider,
    environment: account.environment,
    webhook: { url, name: name === null ? null : redactName(name), events, enabled, createdAt, updatedAt, signal },
    blocked,
    decision: item?.decision ?? 'none',
    rules: rulesOf(account, findings),
    // In a plan others may go first, which can take the cover away: its own word counts before ours.
    guards: guardsOf([...(item?.guards ?? []), ...computed]),
    needsApproval: item?.needsApproval ?? [],
    survivor: item?.survivor ?? null,
    restore: item?.restore ?? null,
    earliest: item?.earliest ?? null,
    record: await storyOf(ports, subject),
  };
};

/** The newest of those that are meant: where an id stands in several scopes, only its scope tells them apart. */
const recordOf = async (ports: Ports, { account, webhookId, scope, kind }: Wanted) => {
  if (scope !== undefined && kind !== undefined) return readRecord(ports, { account, webhookId, scope, kind });
  const found = await findRecords(ports.table, { account, webhook: webhookId }, ports.clock.now());
  return found.find((one) => (scope === undefined || one.scope === scope) && (kind === undefined || one.kind === kind));
};

/** The webhook as a scan would find it now; null where the account lists none like it. */
const fromAccount = async (
  ports: Ports,
  account: Account,
  wanted: Wanted,
  read: AccountReading,
  foreign: ReadonlySet<string>,
): Promise<Why | null> => {
  const now = ports.clock.now();
  const open = await openRecordsOf(ports, account.name);
  const believed = await look(ports, read, { acceptShrink: true, foreign: async () => foreign, open }, now);
  for (const scan of believed.scans) {
    const { scope } = scan.reading;
    const webhook = scan.reading.webhooks.find((one) => matching(wanted)(one, scope));
    if (!webhook) continue;
    // With what holds for the account as a whole, such as a first scan.
    const item = believed.items.find((one) => one.scope === scope && recordRef(one) === keyOf(webhook));
    const strict = await look(ports, read, { acceptShrink: false, foreign: async () => foreign, open }, now);
    const blocked = strict.plan.scopes.find((one) => one.scope === scope)?.error ?? null;
    const known = { ...scan, knows: { ...scan.knows, foreign } };
    return fromScan(ports, account, known, webhook, item, blocked);
  }
  return null;
};

const unknownAccount = async (ports: Ports, name: string, record: CleanupRecord | undefined): Promise<Answer> => {
  const code = 'unknown-account';
  const message = `the policy names no account ${name}`;
  if (!record) return { ok: false, code, message, ids: ports.policy.accounts.map((account) => account.name) };
  return { ok: true, why: await fromRecord(ports, record, { code, message, hint: 'add it to the policy' }) };
};

/** Every rule and guard for one webhook, as a scan would find it now, with its record. Reads only. */
export const whyOf = async (ports: Ports, wanted: Wanted): Promise<Answer> => {
  const account = accountOf(ports.policy, wanted.account);
  if (!account) return unknownAccount(ports, wanted.account, await recordOf(ports, wanted));
  const readings = await readNeighbours(ports, account);
  const read = readings.find((reading) => reading.account.name === account.name) as AccountReading;
  const foreign = foreignIds(readings).get(account.name) ?? new Set<string>();
  const why = await fromAccount(ports, account, wanted, read, foreign);
  if (why) return { ok: true, why };
  const failed = read.scopes.find(({ status }) => status !== 'complete')?.error;
  const record = await recordOf(ports, wanted);
  if (record) return { ok: true, why: await fromRecord(ports, record, failed ?? null) };
  if (failed) return { ok: false, code: 'unreadable', message: failed.message, hint: failed.hint, ids: [] };
  const ids = read.readings.flatMap(({ webhooks }) => webhooks.map(({ id }) => id));
  return { ok: false, code: 'unknown-webhook', message: `${account.name} lists no webhook ${wanted.webhookId}`, ids };
};
