import { request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { AuditRecord } from '../../lib/audit/printed.ts';
import { systemClock, systemRandom } from '../../lib/clock.ts';
import type { Desk } from '../../lib/console/desk.ts';
import { startConsole } from '../../lib/console/server.ts';
import type { Service } from '../../lib/console/service.ts';
import type { AccountState, Status } from '../../lib/jobs/status.ts';
import type { Why } from '../../lib/jobs/why.ts';

export const now = Date.parse('2026-06-01T12:00:00.000Z');

export const account = (name: string, more: Partial<AccountState> = {}): AccountState => ({
  account: name,
  provider: 'modulus',
  environment: 'sandbox',
  mode: 'report',
  stopped: null,
  paused: null,
  budget: { day: '2026-06-01', used: 0, limit: 20 },
  scopes: [{ scope: name, lastGood: { at: '2026-06-01T11:00:00.000Z', webhooks: 12 }, lastFailure: null, busy: 0 }],
  ...more,
});

export const record = (id: string, more: Partial<AuditRecord> = {}): AuditRecord => ({
  record: `shop#shop#endpoint#${id}`,
  account: 'shop',
  provider: 'modulus',
  environment: 'sandbox',
  scope: 'shop',
  webhookId: id,
  kind: 'endpoint',
  url: `https://t${id}.ngrok-free.app/hook`,
  state: 'proposed',
  cycle: 1,
  held: null,
  outcome: null,
  leftAs: null,
  guard: null,
  findings: [{ rule: 'test', confidence: 'high', evidence: 'host ends in ngrok-free.app' }],
  planId: 'sha256:plan',
  backup: null,
  dueAt: null,
  waitFor: null,
  attempts: { disable: 0, delete: 0, restore: 0 },
  restoredAs: null,
  backupHash: null,
  head: '',
  history: [],
  ...more,
});

export const backup: NonNullable<AuditRecord['backup']> = {
  ...{ id: '3', kind: 'endpoint', url: 'https://t3.ngrok-free.app/hook', name: null, events: ['QRPH_SUCCESS'] },
  ...{ settings: {}, secretId: null, enabled: true, createdAt: null, fingerprint: 'f1:x:on', urlRedacted: false },
};

/** What would be said of a webhook that the account lists; `record` as far as anything is kept of it. */
export const why = (id: string, more: Partial<Why> = {}): Why => ({
  account: 'shop',
  scope: 'shop',
  kind: 'endpoint',
  webhookId: id,
  provider: 'modulus',
  environment: 'sandbox',
  webhook: {
    url: `https://t${id}.ngrok-free.app/hook`,
    name: null,
    events: ['QRPH_SUCCESS'],
    enabled: true,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: null,
    signal: null,
  },
  blocked: null,
  decision: 'propose',
  rules: [
    { rule: 'test', on: true, matched: true, proposes: true, confidence: 'high', evidence: 'ends in ngrok-free.app' },
    { rule: 'stale', on: false, matched: false, proposes: false, confidence: null, evidence: null },
  ],
  guards: [
    { guard: 'protected', holds: false, detail: null },
    { guard: 'last-one', holds: true, detail: 'nobody else receives QRPH_SUCCESS' },
  ],
  needsApproval: ['mode'],
  survivor: null,
  restore: { possible: 'yes', lost: ['id'] },
  earliest: { disable: '2026-06-01T12:00:00.000Z', delete: '2026-06-02T12:00:00.000Z' },
  record: null,
  ...more,
});

const countsOf = (records: readonly AuditRecord[]): Status['records'] =>
  Object.fromEntries([...Map.groupBy(records, ({ state }) => state)].map(([state, { length }]) => [state, length]));

const statusWith = (records: readonly AuditRecord[], more: Partial<Status>): Status => ({
  stopped: null,
  accounts: [account('shop')],
  records: countsOf(records),
  due: [],
  held: [],
  plans: [],
  deadLetters: 0,
  ...more,
});

export type Call = readonly [name: string, asked: unknown];

/** A service that answers from a list of records and keeps what it was asked to change. */
const serviceWith = (records: readonly AuditRecord[], status: Status, calls: Call[], questions: Call[]): Service => {
  const decided =
    (name: string) =>
    async (asked: { targets: readonly string[] }): ReturnType<Service['approve']> => {
      calls.push([name, asked]);
      return { results: asked.targets.map((target) => ({ target, ok: true, detail: `${name} is noted` })) };
    };
  const turned = (name: string) => async (asked: unknown) => void calls.push([name, asked]);
  return {
    status: async () => status,
    async query({ filter: { state, webhook, plan }, limit, cursor = '0' }) {
      const found = records
        .filter((one) => state === undefined || one.state === state)
        .filter((one) => webhook === undefined || one.record === webhook)
        .filter((one) => plan === undefined || one.planId === plan);
      const end = Number(cursor) + limit;
      return { records: found.slice(Number(cursor), end), ...(found.length > end && { next: String(end) }) };
    },
    async why({ account, webhookId }) {
      questions.push(['why', { account, webhookId }]);
      const kept = records.find((one) => one.webhookId === webhookId);
      const { provider = 'modulus', environment = 'sandbox', kind = 'endpoint' } = kept ?? {};
      const isOpen = kept?.state === 'observing';
      const guards = [...why('').guards, { guard: 'open' as const, holds: isOpen, detail: 'its cleanup is under way' }];
      return why(webhookId, { account, provider, environment, kind, guards, record: kept ?? null });
    },
    approve: decided('approve'),
    veto: decided('veto'),
    release: decided('release'),
    async restore(asked) {
      if (!asked.dryRun) calls.push(['restore', asked]);
      const wantsSecrets = records.some(({ record, backup }) => asked.records.includes(record) && backup?.urlRedacted);
      const answer = { ok: true, detail: 'would be created from its backup', url: null, creates: true, lost: ['id'] };
      const forms = { reference: 'env:NAME', place: 'file:PATH' };
      const asks = wantsSecrets ? { takes: ['url', 'token'], needs: ['url'], place: true, forms } : null;
      const ok = !wantsSecrets || asked.secrets.url !== undefined;
      return { results: asked.records.map((target) => ({ target, ...answer, ok, asks })) };
    },
    async enqueue(asked) {
      calls.push(['enqueue', asked]);
      return { record: `shop#shop#endpoint#${asked.webhookId}`, state: 'approved', dueAt: null };
    },
    async replace(asked) {
      calls.push(['replace', asked]);
      const old = {
        ok: true as const,
        record: `shop#shop#endpoint#${asked.webhookId}`,
        state: 'approved',
        dueAt: new Date(now).toISOString(),
      };
      return { created: '77', adopted: false, old, warning: null };
    },
    stop: turned('stop'),
    start: turned('start'),
  };
};

/** What came back, as it went over the wire. */
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string };
type Asking = { method?: string; headers?: Record<string, string>; body?: string };

export const ask = (url: string, { method = 'GET', headers = {}, body = '' }: Asking = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    asking.on('error', reject).end(body);
  });

export type Visit = {
  /** With the token, as it was printed. */
  url: string;
  /** Where the pages are, ending in `/`. */
  base: string;
  origin: string;
  cookie: string;
  /** Everything that was to be changed. */
  calls: Call[];
  /** Every question that a provider has to answer. */
  questions: Call[];
  get(path: string): Promise<Answer>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Opens a form and answers its one-time name. */
  form(path: string): Promise<string>;
  end(): Promise<void>;
};

export const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';

/** A console over made-up records, and a browser's view of it that has passed the door. */
export const visit = async (
  records: readonly AuditRecord[] = [],
  status: Partial<Status> = {},
  more: Partial<Desk> = {},
  clock = { ...systemClock, now: () => now },
): Promise<Visit> => {
  const calls: Call[] = [];
  const questions: Call[] = [];
  const service = serviceWith(records, statusWith(records, status), calls, questions);
  const use: Desk['read'] = (act) => act(service);
  const desk: Desk = {
    where: '.hooksweep',
    read: use,
    change: use,
    isAtWork: async () => false,
    worker: 'hooksweep run',
    lookMs: 50,
    ...more,
  };
  const { url, close } = await startConsole(desk, 0, clock, systemRandom);
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= close();
    return ended;
  };
  onTestFinished(async () => {
    await end();
    await setImmediate();
  });
  const { origin, pathname } = new URL(url);
  const base = `${origin}${pathname}`;
  const cookie = cookieOf(await ask(url));
  const get: Visit['get'] = (path) => ask(`${base}${path}`, { headers: { cookie } });
  const post: Visit['post'] = (path, fields, headers = {}) =>
    ask(`${base}${path}`, {
      method: 'POST',
      body: String(new URLSearchParams(fields)),
      headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const form: Visit['form'] = async (path) => /name="form" value="([^"]+)"/.exec((await get(path)).text)?.[1] ?? '';
  return { url, base, origin, cookie, calls, questions, get, post, form, end };
};
