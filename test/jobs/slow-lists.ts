import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import { scannerHandler } from '../../functions/scanner.ts';
import { packed, unpacked } from '../../lib/audit/packed.ts';
import type { Table } from '../../lib/audit/table.ts';
import type { Clock, Ms } from '../../lib/clock.ts';
import { type AccountItem, accountKey } from '../../lib/jobs/account.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import type { ScanRequest } from '../../lib/jobs/queue.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import type { Account, Policy } from '../../lib/policy/policy.ts';
import type { Listing } from '../../lib/providers/contract.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, fakeProvider, testHook, webhook, world } from './world.ts';

/** A clock on which several may wait at a time. While this is under way it goes on to whoever waits the shortest. */
const sharedClock = (now: () => Ms, pass: (ms: Ms) => void) => {
  const waiting = new Set<{ at: Ms; wake: () => void }>();
  const clock: Clock = {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const one = { at: now() + ms, wake: resolve };
        waiting.add(one);
        signal?.addEventListener('abort', () => {
          waiting.delete(one);
          reject(signal.reason);
        });
      }),
  };
  const drive = async <T>(under: Promise<T>): Promise<T> => {
    let over = false;
    const end = under.finally(() => {
      over = true;
    });
    end.catch(() => undefined);
    for (;;) {
      await new Promise(setImmediate);
      if (over) return end;
      const [next] = [...waiting].sort((a, b) => a.at - b.at);
      if (!next) continue;
      waiting.delete(next);
      pass(Math.max(0, next.at - now()));
      next.wake();
    }
  };
  return { clock, drive };
};

export const fiveMinutes = 300_000;

/**
 * An account `shop` of several scopes, each with a live webhook and a test one, whose lists take so long as `pace` says, and a
 * scan queue. `deliver` hands a message to the scanner as Lambda does, with five minutes for it.
 */
export const slowLists = (scopes: readonly string[], over: Partial<Account> = {}) => {
  const hooks = new Map<string, Webhook[]>(
    scopes.map((scope) => [scope, [webhook(`live-${scope}`), testHook(`test-${scope}`)]]),
  );
  const pace = { listMs: 0, scopesMs: 0, of: new Map<string, Ms>() };
  const failing = new Map<string, Exclude<Listing, { status: 'complete' }>>();
  const calls: string[] = [];
  const base = fakeProvider([]);
  const w = world([accountNamed('shop', over)], { shop: base });
  const { clock, drive } = sharedClock(w.now, w.pass);
  const provider = {
    ...base.provider,
    capabilities,
    scopes: async (signal?: AbortSignal) => {
      calls.push('scopes');
      await clock.sleep(pace.scopesMs, signal);
      return { status: 'complete', scopes: [...hooks.keys()] } as const;
    },
    list: async (scope: string, signal?: AbortSignal): Promise<Listing> => {
      calls.push(scope);
      await clock.sleep(pace.of.get(scope) ?? pace.listMs, signal);
      return failing.get(scope) ?? { status: 'complete', webhooks: hooks.get(scope) ?? [] };
    },
  };
  const sent: ScanRequest[] = [];
  /** Items as DynamoDB gives them back. */
  const table: Table = {
    ...w.table,
    get: async (keys) =>
      (await w.table.get(keys)).map((item) =>
        unpacked(unmarshall(marshall(packed(item), { removeUndefinedValues: true }))),
      ),
  };
  const queue = { ...w.ports.queue, scan: async (asked: readonly ScanRequest[]) => void sent.push(...asked) };
  const ports: Ports = { ...w.ports, clock, queue, table, open: async () => ({ status: 'ok', provider }) };
  const setting: { policy: Policy } = { policy: ports.policy };
  const scanner = scannerHandler(async (actor) => ({ ...ports, policy: setting.policy, actor }));
  const context = (forMs: Ms) => {
    const until = w.now() + forMs;
    return { getRemainingTimeInMillis: () => until - w.now() } as Context;
  };
  const handOver = (request: ScanRequest, forMs = fiveMinutes) => {
    const body = JSON.stringify({ kind: 'scan', ...request });
    return scanner({ Records: [{ messageId: 'm', body }] } as never, context(forMs));
  };
  const deliver = (request: ScanRequest = { account: 'shop' }, forMs?: Ms) => drive(handOver(request, forMs));
  const own = () => w.table.items.get(`${accountKey('shop').pk}\naccount`) as AccountItem | undefined;
  return {
    w,
    pace,
    hooks,
    failing,
    sent,
    setting,
    drive,
    handOver,
    deliver,
    /** Hands over what the scanner itself asked for until it asks for nothing more; how many messages that were. */
    deliverAll: async () => {
      let parts = 0;
      for (let next = sent.shift(); next; next = sent.shift()) {
        await deliver(next);
        parts += 1;
      }
      return parts;
    },
    scan: (forMs?: Ms) => {
      const deadline = forMs === undefined ? {} : { deadline: w.now() + forMs };
      return drive(scanAccount({ ...ports, policy: setting.policy }, 'shop', { acceptShrink: false, ...deadline }));
    },
    /** Scopes that were asked for their list since the last look; and how often the account was asked for its scopes. */
    listed: () => calls.splice(0).filter((call) => call !== 'scopes'),
    discoveries: () => calls.filter((call) => call === 'scopes').length,
    own,
    waiting: () => own()?.pendingPlan,
    proposed: () => [...w.table.items.values()].filter(({ sk }) => sk === 'record').length,
    told: (message: string) => w.log.filter((event) => event.message === message),
  };
};
