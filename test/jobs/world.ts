import { memoryTable } from '../../lib/audit/memory-table.ts';
import { auditRecords } from '../../lib/audit/printed.ts';
import { type CleanupRecord, recordKey } from '../../lib/audit/record.ts';
import { change } from '../../lib/audit/table.ts';
import type { Clock, Random } from '../../lib/clock.ts';
import { approve, decideOn, setStopped } from '../../lib/jobs/decide.ts';
import type { Job } from '../../lib/jobs/job.ts';
import { dedupId, groupId } from '../../lib/jobs/job.ts';
import type { PlanHeader } from '../../lib/jobs/plans.ts';
import type { LogEvent, Ports } from '../../lib/jobs/ports.ts';
import type { Delivery, Queue } from '../../lib/jobs/queue.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { workBatch } from '../../lib/jobs/worker.ts';
import { limits } from '../../lib/limits.ts';
import { policyHash } from '../../lib/policy/packaged.ts';
import type { Account, Policy } from '../../lib/policy/policy.ts';
import type { Capabilities, Listing, Outcome, Provider } from '../../lib/providers/contract.ts';
import { covers, type Webhook } from '../../lib/webhook.ts';
import { verifyRecords } from '../audit/verify-all.ts';

export const start = Date.parse('2026-11-02T08:00:00Z');
const day = 86_400_000;

export const accountNamed = (name: string, over: Partial<Account> = {}): Account => ({
  name,
  provider: 'fake',
  environment: 'sandbox',
  baseUrl: `https://${name}.example`,
  credentials: {},
  options: {},
  mode: 'report',
  rules: { test: { afterMs: day, hosts: [] }, duplicate: { keep: 'newest' }, disabled: { afterMs: 30 * day } },
  protect: [],
  lifecycle: { noticeMs: 0, observeMs: day },
  limits: { perRun: { count: 100, percent: 100 }, perDay: { count: 100 }, shrink: { percent: 30 } },
  retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: true,
  ...over,
});

export const webhook = (id: string, over: Partial<Webhook> = {}): Webhook => ({
  id,
  kind: 'endpoint',
  url: `https://shop.sari-sari-demo.ph/hooks/${id}`,
  name: null,
  events: ['PAID'],
  enabled: true,
  createdAt: new Date(start - 90 * day).toISOString(),
  updatedAt: new Date(start - 90 * day).toISOString(),
  signal: null,
  settings: {},
  secretId: null,
  ...over,
});

export const testHook = (id: string, over: Partial<Webhook> = {}): Webhook =>
  webhook(id, { url: `https://${id}.loca.lt/hook`, ...over });

export const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: false,
  editStamp: true,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id'],
  lateDeliveryMs: 0,
  experimental: null,
};

/** What a fault makes of one call: the answer, and whether the effect happens. */
export type Fault = { outcome: Outcome; effect: boolean };
type Call = 'disable' | 'enable' | 'delete';

/** A provider in memory, whose answers a test may bend. */
export const fakeProvider = (webhooks: readonly Webhook[], can: Partial<Capabilities> = {}) => {
  const state = new Map(webhooks.map((one) => [one.id, one]));
  const calls: string[] = [];
  let made = 0;
  const faults: { call?: Fault[]; list?: ((real: Listing) => Listing)[] } = {};
  const hooks: { before?: (call: string) => Promise<void> | void; after?: (call: string) => Promise<void> | void } = {};
  const effects: Record<Call, (id: string) => void> = {
    disable: (id) => state.set(id, { ...(state.get(id) as Webhook), enabled: false }),
    enable: (id) => state.set(id, { ...(state.get(id) as Webhook), enabled: true }),
    delete: (id) => state.delete(id),
  };
  const make =
    (call: Call) =>
    async (_: string, { id }: { id: string }): Promise<Outcome> => {
      calls.push(`${call} ${id}`);
      await hooks.before?.(`${call} ${id}`);
      const fault = faults.call?.shift();
      const there = state.has(id);
      if (there && (fault?.effect ?? true)) effects[call](id);
      await hooks.after?.(`${call} ${id}`);
      return fault?.outcome ?? (there ? { kind: 'done', why: '204' } : { kind: 'gone', why: '404' });
    };
  const provider: Provider = {
    capabilities: { ...capabilities, ...can },
    scopes: async () => ({ status: 'complete', scopes: ['main'] }),
    list: async () => {
      calls.push('list');
      await hooks.before?.('list');
      const real: Listing = { status: 'complete', webhooks: [...state.values()] };
      return faults.list?.shift()?.(real) ?? real;
    },
    disable: make('disable'),
    enable: make('enable'),
    delete: make('delete'),
    create: async (_, creation) => {
      calls.push(`create ${creation.url}`);
      await hooks.before?.('create');
      const fault = faults.call?.shift();
      const id = `new${++made}`;
      const { kind, url, name, events, settings, secretId, enabled } = creation;
      if (fault?.effect ?? true) state.set(id, webhook(id, { kind, url, name, events, settings, secretId, enabled }));
      await hooks.after?.('create');
      return fault?.outcome ?? { kind: 'done', why: '201', id, ...(can.issuesSecret && { secret: `issued-${id}` }) };
    },
  };
  /** What somebody else does at the provider. */
  const edit = (id: string, patch: Partial<Webhook>) =>
    void state.set(id, { ...(state.get(id) ?? webhook(id)), ...patch });
  return { provider, state, calls, faults, hooks, edit, mutations: () => calls.filter((call) => call !== 'list') };
};

/** A FIFO queue in memory; `deliver` hands out what is visible. */
const fakeQueue = (now: () => number) => {
  let serial = 0;
  const messages: { job: Job; id: string; visibleAt: number; receives: number }[] = [];
  const dead: Delivery[] = [];
  const seen = new Map<string, number>();
  const queue: Queue = {
    async send(jobs) {
      for (const job of jobs) {
        const key = dedupId(job);
        if ((seen.get(key) ?? Number.NEGATIVE_INFINITY) > now() - 300_000) continue;
        seen.set(key, now());
        messages.push({ job, id: `m${++serial}`, visibleAt: now(), receives: 0 });
      }
    },
    depth: async () => messages.length,
    async postpone(deliveries, seconds) {
      for (const { messageId } of deliveries) {
        const message = messages.find(({ id }) => id === messageId);
        if (message) message.visibleAt = now() + seconds * 1000;
      }
    },
    dead: async () => [...dead],
    async drop(deliveries) {
      for (const { messageId } of deliveries)
        dead.splice(
          dead.findIndex((one) => one.messageId === messageId),
          1,
        );
    },
    scan: async () => {},
  };
  const delivery = ({ id, job }: { id: string; job: Job }): Delivery => ({
    messageId: id,
    receiptHandle: id,
    body: JSON.stringify(job),
  });
  const take = (id: string) => {
    const at = messages.findIndex((message) => message.id === id);
    return at < 0 ? [] : messages.splice(at, 1);
  };
  /** As the event source mapping ends a batch: what did not fail is deleted, what failed too often is dead. */
  const settle = (delivered: readonly Delivery[], failed: ReadonlySet<string>) => {
    for (const { messageId } of delivered) {
      const message = messages.find(({ id }) => id === messageId);
      if (message) message.receives += 1;
      if (!failed.has(messageId)) take(messageId);
      else if ((message?.receives ?? 0) >= limits.receivesMax) dead.push(...take(messageId).map(delivery));
    }
  };
  /** A message that waits holds back its group. */
  const visible = () => {
    const blocked = new Set(messages.flatMap(({ job, visibleAt }) => (visibleAt > now() ? [groupId(job)] : [])));
    return messages.filter(({ job }) => !blocked.has(groupId(job))).map(delivery);
  };
  return { queue, messages, dead, settle, visible };
};

export const seededRandom = (seed = 42): Random => {
  let state = seed;
  return {
    unit: () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31;
    },
    token: () => `t${seed}-${++state}`,
  };
};

/** One process with virtual time, a table and a queue in memory, and fake providers by account name. */
export const world = (accounts: readonly Account[], providers: Record<string, ReturnType<typeof fakeProvider>>) => {
  let time = start;
  const pass = (ms: number): void => {
    time += ms;
  };
  const clock: Clock = { now: () => time, sleep: async (ms) => pass(ms) };
  const table = memoryTable();
  const fake = fakeQueue(() => time);
  const log: LogEvent[] = [];
  const policy: Policy = { version: 1, accounts, hash: policyHash(accounts) };
  const ports: Ports = {
    clock,
    random: seededRandom(),
    table,
    queue: fake.queue,
    policy,
    actor: 'os:tester@here',
    log: (event) => void log.push(event),
    open: async ({ name }) => ({
      status: 'ok',
      provider: (providers[name] as ReturnType<typeof fakeProvider>).provider,
    }),
  };
  const work = async (deliveries = fake.visible().slice(0, 10), as = ports) => {
    const failed = new Set(await workBatch(as, deliveries, time + 120_000));
    fake.settle(deliveries, failed);
    return failed;
  };
  /** Sweeps and works until nothing is due within this span of virtual time. */
  const run = async (forMs: number, stepMs = 5000) => {
    for (const end = time + forMs; time <= end; time += stepMs) {
      await sweep(ports);
      while (fake.visible().length > 0) await work();
    }
  };
  /** All of a plan at once, as a person lets it who approves it again after its canary. */
  const withoutCanary = (planId: string) =>
    change<PlanHeader>(ports, { pk: `plan#${planId}`, sk: 'header' }, (header) =>
      header ? { next: { ...header, forced: true } } : null,
    );
  const scanAndApprove = async (name: string, { canary = false } = {}) => {
    const scan = await scanAccount(ports, name, { acceptShrink: false });
    if (!canary) await withoutCanary(scan.plan.planId);
    await approve(ports, scan.plan.planId, 'looked at');
    return scan;
  };
  const record = (account: string, webhookId: string) =>
    table.items.get(
      `${recordKey({ account, scope: 'main', kind: 'endpoint', webhookId }).pk}\nrecord`,
    ) as CleanupRecord;
  return {
    ports,
    table,
    log,
    fake,
    work,
    run,
    scanAndApprove,
    record,
    /** A person's word on one webhook of the account `shop`. */
    decide: (action: 'veto' | 'release' | 'approve', id: string, until: number | null = null) =>
      decideOn(ports, action, [`shop#main#endpoint#${id}`], 'a person said so', until),
    switchAll: (stopped: boolean) => setStopped(ports, null, stopped, 'drill'),
    now: () => time,
    scan: (name: string, acceptShrink = false) => scanAccount(ports, name, { acceptShrink }),
    pass,
    audit: () => auditRecords(table, {}, time),
    verify: () => verifyRecords(table, {}, time),
  };
};
export const hour = 3_600_000;
export { day };

/** An account `shop` with these webhooks; `remote` is its provider. */
export const shop = (webhooks: readonly Webhook[], over: Partial<Account> = {}, can: Partial<Capabilities> = {}) => {
  const remote = fakeProvider(webhooks, can);
  return { ...world([accountNamed('shop', over)], { shop: remote }), remote };
};

/** Events that had an enabled webhook before and have none now. */
export const uncovered = (before: readonly Webhook[], after: Iterable<Webhook>): string[] => {
  const on = [...after].filter(({ enabled }) => enabled);
  const events = new Set(before.flatMap(({ enabled, events: names }) => (enabled ? names : [])));
  return [...events].filter((event) => !on.some(({ events: names }) => covers(names, event)));
};
