import { coverOf } from '../plan/cover.ts';
import { recordGuards, secretsInUse, standingGuards } from '../plan/guards.ts';
import { rulesId } from '../plan/ids.ts';
import type { Guard } from '../plan/item.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, type Kind, type Webhook } from '../webhook.ts';
import { changeAccount } from './account.ts';
import { approveRecord, type Opening, propose } from './cycle.ts';
import { follow } from './follow.ts';
import { withListsCounted } from './lists-counted.ts';
import { accountOf, type Ports } from './ports.ts';
import { type AccountReading, readAccount } from './reading.ts';
import { readRecord } from './records.ts';
import { readScopeNow } from './scope.ts';

export type EnqueueRequest = {
  account: string;
  scope?: string;
  kind?: Kind;
  webhookId: string;
  step: 'disable' | 'delete';
  reason: string;
  /** Skips the observation; refused on production. */
  now: boolean;
};

export type Enqueued =
  | { ok: true; record: string; state: string; dueAt: number | null }
  | {
      ok: false;
      code:
        | 'unknown-account'
        | 'unknown-webhook'
        | 'ambiguous-webhook'
        | 'unreadable'
        | 'cannot-disable'
        | 'guarded'
        | 'never-on-production';
      message: string;
      guards: Guard[];
    };

const no = (code: Extract<Enqueued, { ok: false }>['code'], message: string, guards: Guard[] = []): Enqueued => ({
  ok: false,
  code,
  message,
  guards,
});

/** Every webhook that the request may mean: an id may stand in several scopes, and once for each kind. */
const meant = ({ readings }: AccountReading, { scope, kind, webhookId }: EnqueueRequest) =>
  readings
    .filter((reading) => scope === undefined || reading.scope === scope)
    .flatMap((reading) => reading.webhooks.map((webhook) => ({ ...reading, webhook })))
    .filter(({ webhook }) => webhook.id === webhookId && (kind === undefined || webhook.kind === kind));

/** One webhook by a person's choice: the person is the finding and the approval, every guard still applies. */
export const enqueue = async (ports: Ports, request: EnqueueRequest): Promise<Enqueued> => {
  const account = accountOf(ports.policy, request.account);
  if (!account) return no('unknown-account', `the policy names no account ${request.account}`);
  if (request.now && account.environment === 'production')
    return no('never-on-production', '--now skips the observation and is never allowed on production');
  const read = await readAccount(withListsCounted(ports), account);
  const [found, ...others] = meant(read, request);
  const unread = read.scopes.find(({ status }) => status !== 'complete');
  if (!found && unread) return no('unreadable', `${unread.scope} could not be read: ${unread.error?.message}`);
  if (!found || !read.capabilities)
    return no('unknown-webhook', `${request.account} lists no webhook ${request.webhookId}`);
  const { scope, webhook } = found;
  if (others.length > 0) {
    const all = [found, ...others].map((one) => `${one.scope} (${one.webhook.kind})`);
    return no('ambiguous-webhook', `${request.webhookId} is there more than once: ${all.join(', ')}`);
  }
  const canDisable = read.capabilities.disable.includes(webhook.kind);
  if (request.step === 'disable' && !canDisable)
    return no('cannot-disable', `${account.provider} has no call that switches off one like ${request.webhookId}`);
  const now = ports.clock.now();
  const rules = rulesId(account);
  const held = await readScopeNow(ports, account.name, scope);
  const cover = coverOf(found.webhooks, new Set(Object.keys(held?.busy ?? {})));
  const around = { account, now, cover, secretsInUse: secretsInUse(found.webhooks) };
  const standing = standingGuards(webhook, webhook.enabled, around, !account.keepLast);
  const subject = { account: account.name, scope, kind: webhook.kind, webhookId: webhook.id };
  const record = await readRecord(ports, subject);
  const guards = [...standing.guards, ...(record ? recordGuards(record, fingerprint(webhook), rules, now) : [])].filter(
    ({ guard }) => guard !== 'vetoed' && guard !== 'restored' && guard !== 'refused' && guard !== 'alive',
  );
  if (guards.length > 0)
    return no('guarded', guards.map(({ guard, detail }) => `${guard}: ${detail}`).join('; '), guards);
  const opening = openingFor(
    ports,
    request,
    webhook,
    {
      ...subject,
      canDisable,
      provider: account.provider,
      environment: account.environment,
    },
    rules,
    standing.last,
  );
  await propose(ports, opening, 'enqueue', now);
  const approved = await approveRecord(ports, opening, account, 'enqueue', request.reason, now);
  if (!approved.won) return no('guarded', `its record is ${approved.item?.state ?? 'gone'}; look at its audit`);
  await changeAccount(ports, account.name, (base) =>
    base.introduced ? null : { next: { ...base, introduced: true } },
  );
  await follow(ports, approved.item);
  return {
    ok: true,
    record: approved.item.pk.slice('webhook#'.length),
    state: approved.item.state,
    dueAt: approved.item.dueAt ?? null,
  };
};

const openingFor = (
  ports: Ports,
  request: EnqueueRequest,
  webhook: Webhook,
  subject: Pick<Opening, 'account' | 'scope' | 'kind' | 'webhookId' | 'provider' | 'environment' | 'canDisable'>,
  rules: string,
  last: boolean,
): Opening => ({
  ...subject,
  url: webhook.url === null ? null : redactUrl(webhook.url),
  name: webhook.name === null ? null : redactName(webhook.name),
  survivor: null,
  last,
  fingerprint: fingerprint(webhook),
  findings: [{ rule: 'manual', confidence: 'high', evidence: `chosen by ${ports.actor}: ${request.reason}` }],
  planId: null,
  rules,
  rest: request.step === 'disable',
  hasty: request.now,
  detail: `enqueued by hand: ${request.reason}`,
});
