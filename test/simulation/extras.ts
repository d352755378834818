import { recordName } from '../../lib/audit/record.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { replace } from '../../lib/jobs/replace.ts';
import { requestRestore } from '../../lib/jobs/restore.ts';
import { keyOf } from '../../lib/webhook.ts';
import { featureNames, vanishingHost } from './features.ts';
import type { Processes } from './processes.ts';
import { type Hook, remember, type Scope } from './remote.ts';
import { by, minute, type Setting } from './setting.ts';
import { count, tell } from './world.ts';

/** How long a person waits before asking for the same replacement again. */
const patienceMs = 15 * minute;

/** What the features add to what may be asked, and to what happens. */
export const createExtras = ({ world, table, remotes, features, dns, vault }: Setting, { launch }: Processes) => {
  const { more, scheduler } = world;
  const person = (body: (ports: Ports) => Promise<unknown>) => void launch('person', minute, body);
  const replaced = new Map<string, { at: number; url: string }>();
  const scopeOf = (account: string, name: string): Scope | undefined =>
    remotes.find((one) => one.account === account)?.scopes.find((scope) => scope.name === name);

  const restore = (): void => {
    const ended = table.records().filter((one) => ['deleted', 'disabled', 'observing', 'failed'].includes(one.state));
    if (ended.length === 0) return;
    const record = more.pick(ended);
    const key = keyOf({ kind: record.kind, id: record.webhookId });
    const url = scopeOf(record.account, record.scope)?.removed.get(key)?.webhook.url ?? null;
    const reference = `env:URL_${recordName(record)}`;
    if (url !== null) vault.set(reference, url);
    const secrets: Record<string, string> = url !== null && more.in(0.9) ? { url: reference } : {};
    const asked = { secrets, secretTo: more.in(0.8) ? 'file:secret' : null, reason: by, dryRun: more.in(0.1) };
    person((ports) => requestRestore(ports, record, asked));
  };

  const replaceOne = (): void => {
    const remote = more.pick(remotes);
    const scope = more.pick(remote.scopes);
    const endpoints = [...scope.hooks.values()].filter(({ webhook }) => webhook.kind === 'endpoint');
    if (endpoints.length === 0) return;
    const { id } = more.pick(endpoints).webhook;
    const target = `${remote.account}\n${scope.name}\n${id}`;
    const before = replaced.get(target);
    if (before && scheduler.now() - before.at < patienceMs) return;
    const url = before?.url ?? `https://shop.sari-sari-demo.ph/new/${id}-${replaced.size}`;
    replaced.set(target, { at: scheduler.now(), url });
    const asked = { account: remote.account, scope: scope.name, webhookId: id, url, secrets: {}, reason: by };
    person((ports) => replace(ports, { ...asked, secretTo: more.in(0.8) ? 'file:secret' : null }));
  };

  /** A delivery is attempted at what is on, or is a late one to what was switched off, or comes from nowhere. */
  const mayDeliver = ({ offAt }: Hook, lateMs: number): boolean =>
    offAt === null || scheduler.now() - offAt <= lateMs || more.in(0.1);
  const deliver = (): void => {
    const remote = more.pick(remotes);
    const scope = more.pick(remote.scopes);
    const now = new Date(scheduler.now()).toISOString();
    const { lateDeliveryMs } = remote.capabilities;
    for (const hook of scope.hooks.values()) {
      const { signal } = hook.webhook;
      if (!signal || !more.in(0.3) || !mayDeliver(hook, lateDeliveryMs)) continue;
      const success = more.in(0.3);
      count(world, success ? 'delivery' : 'delivery refused');
      tell(world, null, `DELIVERY ${success ? 'succeeds' : 'fails'} at ${keyOf(hook.webhook)}`);
      const next = { lastSuccess: success ? now : signal.lastSuccess, lastAttempt: now, failing: !success };
      hook.webhook = { ...hook.webhook, signal: next };
    }
    remember(scope, scheduler.now());
  };

  const turn = (): void => {
    const host = vanishingHost(more.pick([...'abcdefgh']));
    dns.turn(host);
    tell(world, null, `DNS: ${host} ${dns.truthOf(host)}`);
  };

  const extras = {
    creations: { restore, replaceOne },
    signals: { deliver, deliverMore: deliver },
    names: { turn },
  };
  const chosen = featureNames.flatMap((name) => (features[name] ? Object.values(extras[name]) : []));
  return chosen;
};
