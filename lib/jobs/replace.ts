import type { Creation, Provider } from '../providers/contract.ts';
import { normaliseUrl } from '../url.ts';
import { backupOf, type Webhook } from '../webhook.ts';
import { type Enqueued, enqueue } from './enqueue.ts';
import { withListsCounted } from './lists-counted.ts';
import { accountOf, type Ports } from './ports.ts';
import { readAccount } from './reading.ts';
import { formsOf } from './secret-place.ts';
import { standIn } from './stand-in.ts';

export type ReplaceRequest = {
  account: string;
  scope?: string;
  webhookId: string;
  /** Where the new one delivers; whole, secrets included. */
  url: string;
  /** Own secrets of the new one, by the provider's names for them. */
  secrets: Readonly<Record<string, string>>;
  secretTo: string | null;
  reason: string;
};

export type Replaced =
  | { ok: true; createdId: string; adopted: boolean; old: Enqueued; warning: string | null }
  | { ok: false; code: string; message: string; hint: string };

const no = (code: string, message: string, hint: string): Replaced => ({ ok: false, code, message, hint });

type Place = { provider: Provider; scope: string; old: Webhook; webhooks: readonly Webhook[] };

const find = async (ports: Ports, request: ReplaceRequest): Promise<Place | Replaced> => {
  const account = accountOf(ports.policy, request.account);
  if (!account)
    return no('unknown-account', `the policy names no account ${request.account}`, 'see hooksweep validate');
  const opened = await ports.open(account);
  if (opened.status === 'error') return no('access', opened.why, opened.hint);
  const { readings } = await readAccount(ports, account);
  const [place, ...others] = readings.flatMap(({ scope, webhooks }) => {
    if (request.scope !== undefined && request.scope !== scope) return [];
    const old = webhooks.find(({ kind, id }) => kind === 'endpoint' && id === request.webhookId);
    return old ? [{ provider: opened.provider, scope, old, webhooks }] : [];
  });
  if (place && others.length > 0) {
    const scopes = [place, ...others].map(({ scope }) => scope);
    return no('ambiguous-webhook', `${request.webhookId} is there more than once: ${scopes.join(', ')}`, 'add --scope');
  }
  if (place) return place;
  return no('unknown-webhook', `${request.account} lists no webhook ${request.webhookId}`, 'see hooksweep scan --json');
};

/** Creates the new one, unless it stands there already, perhaps from an attempt whose answer was lost. */
const make = async (
  ports: Ports,
  { provider, scope, webhooks }: Place,
  creation: Creation,
  { account, webhookId, secretTo }: ReplaceRequest,
) => {
  const there = standIn(webhooks, creation, undefined);
  if (there) return { named: there.id, adopted: true, warning: null };
  const owner = `what replaces ${account}#${scope}#${webhookId}`;
  const place = secretTo !== null && provider.capabilities.issuesSecret?.includes('endpoint') ? secretTo : null;
  const reserved = place === null ? null : await ports.secrets?.reserve(place, owner);
  if (reserved?.status === 'error')
    return no('no-place-for-secret', reserved.why, 'nothing was created; name another place with --secret-to');
  const made = await provider.create(scope, creation, ports.signal);
  if (made.kind !== 'done' && made.kind !== 'unknown')
    return no(
      'not-created',
      `the provider created nothing: ${made.why}`,
      'the old one is as it was; correct this and try again',
    );
  const kept =
    made.secret !== undefined && place !== null ? await ports.secrets?.write(place, owner, made.secret) : undefined;
  const isLost = made.secret !== undefined && kept?.status !== 'ok';
  const warning = isLost ? 'its new signing secret could not be kept: roll it at the provider' : null;
  return { named: made.id, adopted: false, warning };
};

/**
 * Creates the new webhook, proves it by a fresh list, and only then sends the old one down the normal way: switched off,
 * watched, deleted. Repeating it after a crash adopts what was created.
 */
export const replace = async (ports: Ports, request: ReplaceRequest): Promise<Replaced> => {
  const place = await find(withListsCounted(ports), request);
  if ('ok' in place) return place;
  const { provider, scope, old } = place;
  if (old.url !== null && normaliseUrl(old.url) === normaliseUrl(request.url))
    return no('same-url', 'the new URL is the old one', 'give another --url');
  if (provider.capabilities.issuesSecret?.includes('endpoint') && request.secretTo === null)
    return no(
      'no-place-for-secret',
      'the provider makes up a secret and shows it once',
      `say where it goes: --secret-to ${formsOf(ports).place}`,
    );
  const { secrets } = request;
  const creation: Creation = { ...backupOf(old), enabled: true, url: request.url, urlRedacted: false, secrets };
  const calledAt = ports.clock.now();
  const made = await make(ports, place, creation, request);
  if ('ok' in made) return made;
  const after = await provider.list(scope, ports.signal);
  const created = { at: calledAt, ...(made.named !== undefined && { id: made.named }) };
  const proof = after.status === 'complete' ? standIn(after.webhooks, creation, created) : null;
  if (!proof?.enabled)
    return no(
      'not-proven',
      'no list shows the new webhook switched on yet',
      'the old one is as it was; run the same command again in ten minutes',
    );
  const reason = `replaced by ${proof.id}: ${request.reason}`;
  const { account, webhookId } = request;
  const queued = await enqueue(ports, {
    ...{ account, scope, kind: 'endpoint', webhookId, reason },
    step: 'delete',
    now: false,
  });
  return { ok: true, createdId: proof.id, adopted: made.adopted, old: queued, warning: made.warning };
};
