import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import type { Account } from '../policy/policy.ts';
import type { Backup } from '../webhook.ts';
import type { Capabilities, Outcome, Provider, ProviderDefinition } from './contract.ts';
import type { Answer, Call, Http } from './http.ts';
import { unaddressable } from './listing.ts';
import { readList } from './modulus-list.ts';
import { type OutcomeTable, outcomeOf, unlisted } from './outcome.ts';

type Status = 'ENABLED' | 'DISABLED';
type Credentials = Readonly<Record<string, string>>;

const minuteMs = 60_000;

const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: false,
  // Our own disable moves it too: only a move after that is somebody else's.
  editStamp: true,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id', 'createdAt'],
  // Retries of earlier transactions: four attempts, 15 minutes apart.
  lateDeliveryMs: 45 * minuteMs,
  // None is published: a choice of ours, for lists as well.
  allowances: [{ units: 10, perMs: 1000, lists: true }],
  oneScope: true,
  experimental: null,
};

/** Codes: the pages "Delete Webhook" and "Errors" of the provider's documentation. */
const table: OutcomeTable = {
  codeField: 'code',
  referenceField: 'referenceNumber',
  rows: [
    {
      status: 401,
      kind: 'retry',
      pause: 'credential',
      why: 'the secret key was refused: check it, and that it belongs to this environment',
    },
    {
      status: 403,
      kind: 'retry',
      pause: 'credential',
      why: 'the merchant account is disabled or has no right to this',
    },
    { status: 404, code: /^20000004$/, kind: 'gone', why: 'no such webhook for this secret key' },
    {
      status: [400, 499],
      code: /^100000(0[1-9]|1[0-5])$/,
      kind: 'retry',
      pause: 'credential',
      why: 'the provider finds fault with the merchant account',
    },
    { status: 409, kind: 'refused', why: 'the provider has a webhook with this URL already' },
  ],
};

/** Where the documents disagree on a body: the next one is tried only after an answer that says that nothing happened. */
const bodyRefused = (answer: Answer, outcome: Outcome): boolean =>
  outcome.kind === 'refused' && 'status' in answer && [400, 422].includes(answer.status);

/** The update page says `webhookStatus`, the delete page sends `status`. */
const statusBodies = (status: Status): readonly Json[] => [
  { webhookStatus: status, status },
  { webhookStatus: status },
  { status },
];

/** The create page shows one action as text, the delete page's sample passes an array. */
const createBodies = (url: string, events: readonly string[], status: Status): readonly Json[] => {
  const body = (webhookAction: Json) => ({ callbackUrl: url, webhookAction, webhookStatus: status });
  const [first] = events;
  return events.length === 1 && first !== undefined ? [body(first), body(events)] : [body(events)];
};

const Created = v.looseObject({ id: v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]) });

const createdId = (answer: Answer): { id?: string } => {
  const parsed = v.safeParse(Created, answer.kind === 'answer' ? answer.json : undefined);
  return parsed.success && unaddressable(parsed.output.id) === null ? { id: parsed.output.id } : {};
};

const open = (account: Account, credentials: Credentials, http: Http): Provider => {
  const { secretKey = '', activationCode } = credentials;
  const secrets = Object.values(credentials);
  const all = `${account.baseUrl}/v1/webhooks`;
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;

  const call = async (
    method: Call['method'],
    url: string,
    rest: { body?: Json; headers?: Call['headers']; signal?: AbortSignal | undefined },
  ) => {
    const headers = { authorization, ...rest.headers };
    const answer = await http.call({ ...rest, method, url, headers, account: account.name, secrets });
    return { answer, outcome: outcomeOf(answer, table, { mutating: method !== 'GET', secrets }) };
  };

  const firstAccepted = async (bodies: readonly Json[], send: (body: Json) => ReturnType<typeof call>) => {
    let last = await send(bodies[0] ?? null);
    for (const body of bodies.slice(1)) {
      if (!bodyRefused(last.answer, last.outcome)) break;
      last = await send(body);
    }
    return last;
  };

  /** `act` on the address of one webhook, or refused where the id cannot be one. */
  const at = async (id: string, act: (url: string) => Promise<{ outcome: Outcome }>): Promise<Outcome> => {
    const why = unaddressable(id);
    if (why !== null) return { kind: 'refused', why: `the id of the webhook ${why}` };
    return (await act(`${all}/${encodeURIComponent(id)}`)).outcome;
  };

  const setStatus = (id: string, status: Status, signal?: AbortSignal) =>
    at(id, (url) => firstAccepted(statusBodies(status), (body) => call('PUT', url, { body, signal })));

  const create = async (backup: Backup, signal?: AbortSignal): Promise<Outcome & { id?: string }> => {
    if (backup.url === null || backup.urlRedacted) {
      return {
        kind: 'refused',
        why: 'the backup has no complete URL, for it held a secret that is not kept: give the URL',
      };
    }
    const bodies = createBodies(backup.url, backup.events, backup.enabled ? 'ENABLED' : 'DISABLED');
    const headers: Call['headers'] = activationCode ? { 'activation-code': activationCode } : {};
    const { answer, outcome } = await firstAccepted(bodies, (body) => call('POST', all, { body, headers, signal }));
    return outcome.kind === 'done' ? { ...outcome, ...createdId(answer) } : outcome;
  };

  return {
    capabilities,
    scopes: async () => ({ status: 'complete', scopes: [account.name] }),
    list: async (_scope, signal) => {
      const { answer, outcome } = await call('GET', all, { signal });
      return answer.kind === 'answer' && outcome.kind === 'done' ? readList(answer) : unlisted(outcome);
    },
    disable: (_scope, { id }, signal) => setStatus(id, 'DISABLED', signal),
    enable: (_scope, { id }, signal) => setStatus(id, 'ENABLED', signal),
    delete: (_scope, { id }, signal) => at(id, (url) => call('DELETE', url, { signal })),
    create: (_scope, backup, signal) => create(backup, signal),
  };
};

const contradiction = (account: Account): string | null => {
  const host = new URL(account.baseUrl).hostname;
  const sandboxHost = host.split('.').includes('sbx');
  if (sandboxHost && account.environment === 'production') {
    return `baseUrl is a sandbox host (${host}) but environment is production: correct one of them`;
  }
  if (!sandboxHost && host.endsWith('.moduluslabs.io') && account.environment === 'sandbox') {
    return `baseUrl is not a sandbox host (${host}) but environment is sandbox: correct one of them`;
  }
  return null;
};

/** https://docs.moduluslabs.io/api-reference/webhooks; decisions in docs/providers/modulus.md. */
export const modulus: ProviderDefinition = {
  id: 'modulus',
  title: 'Modulus Labs (QR Ph webhooks)',
  credentials: {
    secretKey: { required: true, about: 'secret key of the merchant, the user name of HTTP Basic authentication' },
    activationCode: {
      required: false,
      about: 'activation code of one merchant of several, sent when a webhook is created',
    },
  },
  options: v.strictObject({}),
  baseUrl: { sandbox: 'https://webhooks.sbx.moduluslabs.io', production: null },
  contradiction,
  open,
};
