import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import type { Account } from '../policy/policy.ts';
import { fields, text } from '../policy/values.ts';
import type { Backup, Kind, Webhook, WebhookRef } from '../webhook.ts';
import type { Capabilities, Created, Creation, Listing, Outcome, Provider, ProviderDefinition } from './contract.ts';
import type { Answer, Call, Http } from './http.ts';
import { failed } from './list-rows.ts';
import { unaddressable } from './listing.ts';
import { unlisted } from './outcome.ts';
import { judge, rowOf } from './spaaza-envelope.ts';
import { names, readList } from './spaaza-list.ts';

type Credentials = Readonly<Record<string, string>>;

const hourMs = 3_600_000;

const capabilities: Capabilities = {
  kinds: ['endpoint', 'signing-secret'],
  // A signature has an `active` too, but no call that would change it.
  disable: ['endpoint'],
  signals: false,
  // Our own disable moves it too: only a move after that is somebody else's.
  editStamp: true,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  // What the call add-webhook takes no parameter for, and what is a secret.
  lostOnRestore: [
    'id',
    'createdAt',
    'secret',
    'identifier_key',
    'identifier_secret',
    'event_trigger',
    'campaign_id',
    'task_id',
    'send_from',
    'is_default',
    'applies_legacy_hmac',
    'payload_spaaza_api_version',
  ],
  // Not documented; an hour is longer than queues usually are.
  lateDeliveryMs: hourMs,
  // None is published: a choice of ours.
  allowances: [{ units: 5, perMs: 1000 }],
  experimental: null,
};

const digits = v.pipe(text, v.regex(/^[1-9]\d{0,14}$/, 'not the id of a chain'));

const Options = fields({
  chainIds: v.pipe(
    v.array(digits),
    v.minLength(1, 'no chain'),
    v.check((ids) => new Set(ids).size === ids.length, 'a chain is there twice'),
  ),
  // The newest that the documentation names. Without the header an old one applies.
  apiVersion: v.optional(v.pipe(text, v.regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'not major.minor.fix')), '1.6.1'),
  appHostname: v.exactOptional(v.pipe(text, v.regex(/^[A-Za-z0-9.-]{1,253}$/, 'not a host name'))),
  // A signature is judged by the webhooks that sign with it, so it is never read without them.
  kinds: v.optional(
    v.pipe(
      v.array(v.picklist(['endpoint', 'signing-secret'])),
      v.check((kinds) => kinds.includes('endpoint') && new Set(kinds).size === kinds.length, 'endpoint is missing'),
    ),
    ['endpoint', 'signing-secret'],
  ),
});

/** Ids are integers there and text here. */
const numbered = (id: string): string | number => (/^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id);

const refused = (why: string): Outcome => ({ kind: 'refused', why });

const refusedUrl = 'the backup has no complete URL, for it held a secret that is not kept: give the URL';

const refusalOf = (id: string): string | null => {
  const bad = unaddressable(id);
  return bad === null ? null : `the id of the webhook ${bad}`;
};

const addWebhook = (chain: string, { url, events, settings, secretId }: Backup): Json => ({
  chain_id: numbered(chain),
  event_name: events[0] ?? '',
  type: settings.type ?? 'https',
  url,
  ...(settings.filter ? { filter: settings.filter } : {}),
  ...(secretId === null ? {} : { webhook_signature_id: numbered(secretId) }),
});

const cannotCreate = (backup: Backup): string | null => {
  if (backup.kind !== 'endpoint') return null;
  if (backup.url === null || backup.urlRedacted) return refusedUrl;
  return backup.events.length === 1 ? null : 'a webhook has exactly one event here';
};

/** Deleting is soft: only a row that names this id and says `deleted: true` confirms it, the first time or again. */
const confirmed = (answer: Answer, outcome: Outcome, { kind, id }: WebhookRef): Outcome => {
  if (outcome.kind !== 'done') return outcome;
  const row = rowOf(answer, names[kind]);
  if (row?.id === id && row.deleted) return outcome;
  return { kind: 'unknown', why: 'accepted, but the answer does not have this row with deleted: true' };
};

type Rest = { body?: Json; signal?: AbortSignal | undefined };

const open = (account: Account, credentials: Credentials, http: Http): Provider => {
  const { chainIds, apiVersion, appHostname, kinds } = v.parse(Options, account.options);
  const secrets = Object.values(credentials);
  const headers = {
    'X-Spaaza-Session-User-Id': credentials.sessionUserId ?? '',
    'X-Spaaza-Session-Key': credentials.sessionKey ?? '',
    'X-Spaaza-API-version': apiVersion,
    ...(appHostname === undefined ? {} : { 'X-Spaaza-MyPrice-App-Hostname': appHostname }),
  };

  const call = async (method: Call['method'], name: string, query: Record<string, string>, rest: Rest) => {
    const search = new URLSearchParams(query).toString();
    const url = `${account.baseUrl}/internal/${name}${search === '' ? '' : `?${search}`}`;
    const answer = await http.call({ ...rest, method, url, headers, account: account.name, secrets });
    return { answer, outcome: judge(answer, { mutating: method !== 'GET', secrets }) };
  };

  const callName = (verb: string, kind: Kind) => `${verb}-${names[kind].replace('_', '-')}`;
  const unknownScope = (chain: string) => !chainIds.includes(chain);

  /** Signatures first, so that what is known of their use is the newer. */
  const list = async (chain: string, signal?: AbortSignal): Promise<Listing> => {
    if (unknownScope(chain)) return failed('error', 'refused', 'is of a chain that options.chainIds does not have');
    const found = new Map<string, Webhook>();
    for (const kind of kinds.toSorted().reverse()) {
      const { answer, outcome } = await call('GET', `${callName('get', kind)}s`, { chain_id: chain }, { signal });
      if (answer.kind !== 'answer' || outcome.kind !== 'done') return unlisted(outcome);
      const bad = readList(answer, kind, chain, found);
      if (bad !== null) return bad;
    }
    return { status: 'complete', webhooks: [...found.values()] };
  };

  const setActive = async (chain: string, { kind, id }: WebhookRef, active: boolean, signal?: AbortSignal) => {
    if (kind !== 'endpoint') return refused('a signature cannot be switched off or on here, only deleted');
    const why = refusalOf(id);
    if (why !== null) return refused(why);
    const body = { id: numbered(id), chain_id: numbered(chain), active };
    return (await call('PUT', 'alter-webhook', {}, { body, signal })).outcome;
  };

  const remove = async (chain: string, webhook: WebhookRef, signal?: AbortSignal): Promise<Outcome> => {
    const { kind, id } = webhook;
    const why = refusalOf(id);
    if (why !== null) return refused(why);
    const query: Record<string, string> = kind === 'endpoint' ? { id, chain_id: chain } : { id };
    const { answer, outcome } = await call('DELETE', callName('delete', kind), query, { signal });
    return confirmed(answer, outcome, webhook);
  };

  const create = async (chain: string, backup: Creation, signal?: AbortSignal): Promise<Created> => {
    const why = cannotCreate(backup);
    if (why !== null) return refused(why);
    const body = backup.kind === 'endpoint' ? addWebhook(chain, backup) : { chain_id: numbered(chain) };
    const { answer, outcome } = await call('POST', callName('add', backup.kind), {}, { body, signal });
    if (outcome.kind !== 'done') return outcome;
    const id = rowOf(answer, names[backup.kind])?.id ?? '';
    const named = refusalOf(id) === null ? { id } : {};
    if (backup.enabled || backup.kind !== 'endpoint') return { ...outcome, ...named };
    // There is no parameter to create it switched off.
    const off = await setActive(chain, { kind: 'endpoint', id }, false, signal);
    return off.kind === 'done'
      ? { ...off, ...named }
      : { kind: 'unknown', why: `created, but it is perhaps still on: ${off.why}`, ...named };
  };

  const inScope = async <T>(chain: string, act: () => Promise<T>): Promise<T | Outcome> =>
    unknownScope(chain) ? refused('options.chainIds does not have this chain') : act();

  return {
    capabilities: { ...capabilities, kinds },
    scopes: async () => ({ status: 'complete', scopes: chainIds }),
    list,
    disable: (chain, webhook, signal) => inScope(chain, () => setActive(chain, webhook, false, signal)),
    enable: (chain, webhook, signal) => inScope(chain, () => setActive(chain, webhook, true, signal)),
    delete: (chain, webhook, signal) => inScope(chain, () => remove(chain, webhook, signal)),
    create: (chain, backup, signal) => inScope(chain, () => create(chain, backup, signal)),
  };
};

/** https://docs.spaaza.com/api/get-webhooks and its neighbours; decisions in docs/providers/spaaza.md. */
export const spaaza: ProviderDefinition = {
  id: 'spaaza',
  title: 'Spaaza (webhooks and webhook signatures)',
  credentials: {
    sessionUserId: { required: true, secret: false, about: 'id of the admin user who is logged in' },
    sessionKey: { required: true, about: 'session key that the login gave; it expires' },
  },
  options: Options as v.GenericSchema<unknown, Record<string, Json>>,
  exampleOptions: { chainIds: ['1743'] },
  baseUrl: { sandbox: null, production: null },
  open,
};
