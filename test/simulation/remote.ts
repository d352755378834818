import { recordKey } from '../../lib/audit/record.ts';
import type { Ms } from '../../lib/clock.ts';
import { countsLists } from '../../lib/jobs/gate.ts';
import { limits } from '../../lib/limits.ts';
import type { Capabilities, Created, Creation, Listing, Outcome, Provider } from '../../lib/providers/contract.ts';
import { keyOf, type Webhook, type WebhookRef } from '../../lib/webhook.ts';
import { planted } from './population.ts';
import { count, type Task, tell, type World, wire } from './world.ts';

/** One registration as it truly is. */
export type Hook = {
  webhook: Webhook;
  /** Who changed it last; null where nobody did since the beginning. */
  hand: 'us' | 'stranger' | null;
  strangerAt: Ms;
  editedAt: Ms;
  /** Since when it is off; null while it is on. */
  offAt: Ms | null;
};
export type Scope = {
  name: string;
  hooks: Map<string, Hook>;
  removed: Map<string, { by: 'us' | 'stranger'; at: Ms; webhook: Webhook }>;
  /** Last time that a stranger took cover away. */
  harmedAt: Ms;
  /** Every state since the beginning, newest last. */
  past: { at: Ms; webhooks: readonly Webhook[] }[];
  /** No list may show less than this time again. */
  lagFloor: Ms;
  /** Webhooks for which a delete of ours went out. */
  deleteCalled: Set<string>;
  /** Created by us, and no answer named them to us. */
  unnamed: Set<string>;
  /** Webhooks that a list once left out: no list leaves them out again. */
  leftOut: Set<string>;
};
export type Mutation = 'disable' | 'enable' | 'delete';

export type Watch = {
  /** Partition keys of records of which a delete was claimed once. */
  deletes: ReadonlySet<string>;
  call(task: Task, account: string, scope: Scope, ref: WebhookRef, call: Mutation): (before: Hook) => void;
  create(task: Task, account: string, scope: Scope, creation: Creation): (made: Webhook) => void;
};

/** How long after the time-out an effect may still come, less the skew of clocks; as late as may be is where it hurts. */
const lateMs = [
  [0, 5_000],
  [0, 60_000],
  [0, limits.lateEffectMs - 10_000],
  [limits.lateEffectMs - 15_000, limits.lateEffectMs - 10_000],
] as const;

const never = Number.NEGATIVE_INFINITY;

export const createScope = (name: string, webhooks: readonly Webhook[], now: Ms): Scope => ({
  name,
  hooks: new Map(
    webhooks.map((webhook) => [
      keyOf(webhook),
      { webhook, hand: null, strangerAt: never, editedAt: never, offAt: webhook.enabled ? null : never },
    ]),
  ),
  removed: new Map(),
  harmedAt: never,
  past: [{ at: now, webhooks }],
  lagFloor: now,
  deleteCalled: new Set(),
  unnamed: new Set(),
  leftOut: new Set(),
});

export const remember = (scope: Scope, now: Ms): void => {
  const webhooks = [...scope.hooks.values()].map(({ webhook }) => webhook);
  const last = scope.past.at(-1);
  if (last?.at === now) last.webhooks = webhooks;
  else scope.past.push({ at: now, webhooks });
};

/** Makes it so. A call that changes nothing leaves no hand on it. */
const effects: Readonly<Record<Mutation, (scope: Scope, key: string, hook: Hook, now: Ms) => void>> = {
  disable: (_, __, hook, now) => {
    if (hook.webhook.enabled)
      Object.assign(hook, { webhook: { ...hook.webhook, enabled: false }, hand: 'us', offAt: now });
  },
  enable: (_, __, hook) => {
    if (!hook.webhook.enabled)
      Object.assign(hook, { webhook: { ...hook.webhook, enabled: true }, hand: 'us', offAt: null });
  },
  delete: (scope, key, { webhook }, now) => {
    scope.hooks.delete(key);
    scope.removed.set(key, { by: 'us', at: now, webhook });
  },
};

/** One account at its provider, with the provider's faults and its strangers. */
export const createRemote = (
  world: World,
  account: string,
  capabilities: Capabilities,
  scopes: readonly Scope[],
  watch: Watch,
  newId: () => string,
) => {
  const { chance, scheduler } = world;
  const state = { expired: false };
  /** When requests that count went out, by the clock of who sent them. */
  const sent: Ms[] = [];
  const noteSent = (task: Task): void => void sent.push(scheduler.now() + task.skewMs);
  const scopeOf = (name: string): Scope => scopes.find((scope) => scope.name === name) as Scope;
  const paused = (): Outcome & { kind: 'retry' } =>
    state.expired
      ? { kind: 'retry', why: '401', pause: 'credential' }
      : {
          kind: 'retry',
          why: '429',
          pause: 'throttle',
          ...(chance.in(0.5) && { afterMs: chance.between(0, 600_000) }),
        };

  /** The list of the truth or of the near past; never of an earlier time than one before it. */
  const snapshot = (scope: Scope): { asOf: Ms; webhooks: readonly Webhook[] } => {
    const now = scheduler.now();
    const wanted = chance.in(world.faults.listLag) ? now - chance.between(0, 20_000) : now;
    const asOf = Math.max(wanted, scope.lagFloor);
    scope.lagFloor = asOf;
    const shown = scope.past.findLast(({ at }) => at <= asOf) ?? scope.past[0];
    return { asOf, webhooks: shown?.webhooks ?? [] };
  };

  const isUnsure = (scope: Scope, webhook: Webhook): boolean =>
    scope.deleteCalled.has(keyOf(webhook)) ||
    scope.unnamed.has(keyOf(webhook)) ||
    watch.deletes.has(recordKey({ account, scope: scope.name, kind: webhook.kind, webhookId: webhook.id }).pk);

  /**
   * Leaves some out without saying so. Not twice the same, and not what we may have deleted or created without an answer: such
   * a list cannot be told from a true one (see docs/guarantees.md).
   */
  const truncated = (scope: Scope, webhooks: readonly Webhook[]): readonly Webhook[] => {
    const strangers = webhooks.filter((one) => !isUnsure(scope, one) && !scope.leftOut.has(keyOf(one)));
    if (strangers.length === 0) return webhooks;
    count(world, 'list truncated');
    const out = new Set([keyOf(chance.pick(strangers))]);
    if (chance.in(0.3)) out.add(keyOf(chance.pick(strangers)));
    for (const key of out) scope.leftOut.add(key);
    return webhooks.filter((one) => !out.has(keyOf(one)));
  };

  const listed = (scope: Scope, webhooks: readonly Webhook[]): Listing => {
    const { faults } = world;
    if (state.expired || chance.in(faults.throttled)) return { status: 'error', outcome: paused() };
    if (chance.in(faults.listFailed)) return { status: 'error', outcome: { kind: 'retry', why: '500' } };
    if (chance.in(faults.listIncomplete))
      return { status: 'incomplete', outcome: { kind: 'retry', why: 'the total does not add up' } };
    if (chance.in(faults.listEmpty) && webhooks.some((one) => !isUnsure(scope, one))) {
      count(world, 'list empty');
      return { status: 'complete', webhooks: [] };
    }
    return {
      status: 'complete',
      webhooks: chance.in(faults.listTruncated) ? truncated(scope, webhooks) : webhooks,
    };
  };

  const slow = () => (chance.in(0.05) ? chance.between(100, 4_500) : chance.between(20, 300));
  const list = async (task: Task, name: string): Promise<Listing> => {
    const scope = scopeOf(name);
    const asked = scheduler.now();
    if (countsLists(capabilities)) noteSent(task);
    let asOf = asked;
    const listing = await wire(world, task, 'list', { there: slow(), back: slow() }, () => {
      const shown = snapshot(scope);
      asOf = shown.asOf;
      return listed(scope, shown.webhooks);
    });
    if (listing.status === 'complete')
      task.lists.set(`${account}\n${name}`, { asOf, asked, webhooks: listing.webhooks });
    if (world.trace)
      tell(world, task, `list ${name}: ${shownAs(listing)} as of ${new Date(asOf).toISOString().slice(14, 23)}`);
    return listing;
  };

  /** What comes of one call: the answer, and when the effect lands, null for never. */
  const fate = (): { answerMs: Ms; effectMs: Ms | null; outcome: Outcome | null } => {
    const { faults } = world;
    const ms = slow();
    const nothing = (outcome: Outcome) => ({ answerMs: ms, effectMs: null, outcome });
    if (state.expired || chance.in(faults.throttled)) return nothing(paused());
    if (chance.in(faults.failedOnce)) return nothing({ kind: 'retry', why: '503 before anything was done' });
    if (chance.in(faults.refused)) return nothing({ kind: 'refused', why: '422' });
    if (chance.in(faults.notFound)) return nothing({ kind: 'gone', why: '404' });
    if (chance.in(faults.ignored)) return nothing({ kind: 'done', why: '204' });
    const unknown: Outcome = { kind: 'unknown', why: 'no answer in time' };
    const timeout = limits.callTimeoutMs;
    if (chance.in(faults.lateEffect)) {
      const [least, most] = chance.pick(lateMs);
      return { answerMs: timeout, effectMs: timeout + chance.between(least, most), outcome: unknown };
    }
    if (!chance.in(faults.answerLost)) return { answerMs: ms + slow(), effectMs: ms, outcome: null };
    const answerMs = chance.in(0.5) ? timeout : ms + slow();
    return { answerMs, effectMs: chance.in(0.5) ? chance.between(0, answerMs) : null, outcome: unknown };
  };

  /** Sends one call, which takes effect when it does, whoever still listens. */
  const send = <T extends Outcome>(task: Task, call: string, key: string, land: () => T): Promise<T | Outcome> => {
    const { answerMs, effectMs, outcome } = fate();
    count(world, `call ${call}`);
    if (outcome) count(world, `answer ${outcome.kind}`);
    tell(
      world,
      task,
      `CALL ${call} ${key}: effect ${effectMs ?? 'never'}, answer ${outcome?.kind ?? 'true'} after ${answerMs}`,
    );
    let answer: T | Outcome = outcome ?? { kind: 'done', why: '204' };
    if (effectMs !== null)
      scheduler.after(effectMs, () => {
        const truth = land();
        answer = outcome ?? truth;
      });
    return wire(world, task, call, { there: answerMs, back: 0 }, () => answer);
  };

  const mutate = (call: Mutation, task: Task, name: string, ref: WebhookRef): Promise<Outcome> => {
    if (!task.alive) return new Promise(() => {});
    noteSent(task);
    const scope = scopeOf(name);
    const key = keyOf(ref);
    const landing = watch.call(task, account, scope, ref, call);
    if (call === 'delete') scope.deleteCalled.add(key);
    return send(task, call, key, () => {
      const hook = scope.hooks.get(key);
      if (!hook) return { kind: 'gone', why: '404' };
      landing(hook);
      tell(world, null, `EFFECT ${call} ${key}`);
      count(world, `effect ${call}`);
      effects[call](scope, key, hook, scheduler.now());
      remember(scope, scheduler.now());
      return { kind: 'done', why: '204' };
    });
  };

  /** Makes a webhook. Its answer may tell the id, and the secret that was made up for it. */
  const create = (task: Task, name: string, creation: Creation): Promise<Created> => {
    if (!task.alive) return new Promise(() => {});
    // What a person replaces is created out of turn.
    if (task.name.startsWith('worker')) noteSent(task);
    const scope = scopeOf(name);
    const landing = watch.create(task, account, scope, creation);
    let key = '';
    const created = (): Created => {
      const now = scheduler.now();
      const at = new Date(now).toISOString();
      const { kind, url, name: title, events, settings, secretId, enabled } = creation;
      const made = { kind, url, name: title, events, settings, secretId, enabled, createdAt: at, updatedAt: at };
      const webhook: Webhook = { ...made, id: newId(), signal: null };
      landing(webhook);
      key = keyOf(webhook);
      scope.unnamed.add(key);
      const hand = { hand: null, strangerAt: never, editedAt: never, offAt: enabled ? null : now } as const;
      scope.hooks.set(keyOf(webhook), { webhook, ...hand });
      remember(scope, now);
      const secret = capabilities.issuesSecret?.includes(kind) ? { secret: planted } : {};
      return { kind: 'done', why: '201', ...(world.more.in(0.7) && { id: webhook.id, ...secret }) };
    };
    return send(task, 'create', creation.id, created).then((answer) => {
      if ('id' in answer) scope.unnamed.delete(key);
      return answer;
    });
  };

  const portFor = (task: Task): Provider => ({
    capabilities,
    scopes: async () => ({ status: 'complete', scopes: scopes.map(({ name }) => name) }),
    list: (scope) => list(task, scope),
    disable: (scope, webhook) => mutate('disable', task, scope, webhook),
    enable: (scope, webhook) => mutate('enable', task, scope, webhook),
    delete: (scope, webhook) => mutate('delete', task, scope, webhook),
    create: (scope, creation) => create(task, scope, creation),
  });
  return { account, capabilities, scopes, state, sent, portFor };
};
export type Remote = ReturnType<typeof createRemote>;

const shownAs = (listing: Listing): string =>
  listing.status === 'complete'
    ? listing.webhooks.map((one) => `${keyOf(one)}${one.enabled ? '' : '(off)'}`).join(' ')
    : listing.status;
