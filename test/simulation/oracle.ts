import { backupKey, type CleanupRecord, recordKey } from '../../lib/audit/record.ts';
import { isWayBack } from '../../lib/audit/states.ts';
import type { Item, Key } from '../../lib/audit/table.ts';
import type { Ms } from '../../lib/clock.ts';
import { type AccountItem, accountKey, everyAccount } from '../../lib/jobs/account.ts';
import { limits } from '../../lib/limits.ts';
import { protectedBy } from '../../lib/policy/protect.ts';
import type { Creation } from '../../lib/providers/contract.ts';
import { fingerprint, fingerprintParts, keyOf, sameConfig, type Webhook, type WebhookRef } from '../../lib/webhook.ts';
import type { CreationOracle } from './creations.ts';
import type { SimulatedNames } from './features.ts';
import { checkGrounds } from './grounds.ts';
import { planted } from './population.ts';
import type { Hook, Mutation, Scope } from './remote.ts';
import { count, type Task, violate, type World } from './world.ts';

/** Events of a webhook for the question who else receives them; signing secrets stand in for one another. */
const needsOf = ({ kind, events }: Webhook): readonly string[] => (kind === 'endpoint' ? events : ['signing']);
const serves = (other: Webhook, kind: Webhook['kind'], event: string): boolean =>
  other.kind === kind &&
  other.enabled &&
  (kind === 'signing-secret' || other.events.includes('*') || (event !== '*' && other.events.includes(event)));

/** Events that nobody but this one receives, as the provider truly stands. */
export const alone = (scope: Scope, webhook: Webhook, key = keyOf(webhook)): string[] =>
  needsOf(webhook).filter(
    (event) => ![...scope.hooks].some(([id, { webhook: other }]) => id !== key && serves(other, webhook.kind, event)),
  );

export type Step = {
  pk: string;
  cycle: number;
  call: Mutation;
  at: Ms;
  /** Took the last cover away, because a stranger acted after our list. */
  excused: boolean;
};

const dayOf = (at: Ms): string => new Date(at).toISOString().slice(0, 10);

/**
 * Watches every write and every call and says what must not be. It knows the truth of the provider, and shares no judgement
 * with the code that it watches.
 */
export const createOracle = (
  world: World,
  find: (key: Key) => Item | undefined,
  names: SimulatedNames,
  creations: CreationOracle,
) => {
  const steps: Step[] = [];
  const claimedOn = new Map<string, string>();
  /** When a last one went by agreement: what was judged before, and lands later, relied on it rightly. */
  const agreedAt = new Map<Scope, Ms>();
  const now = () => world.scheduler.now();

  const checkStory = (task: Task, before: CleanupRecord | undefined, after: CleanupRecord): void => {
    const name = after.pk;
    const old = before?.history ?? [];
    if (before && after.cycle === before.cycle) {
      const goesOn = old.every((entry, at) => after.history[at]?.hash === entry.hash);
      if (!goesOn) violate(world, task, `the story of ${name} was rewritten at cycle ${after.cycle}`);
      if (before.state !== after.state && after.history.length === old.length)
        violate(world, task, `${name} went from ${before.state} to ${after.state} without a line`);
    } else if (before && before.cycle > 0 && after.history[0]?.prev !== before.head)
      violate(world, task, `cycle ${after.cycle} of ${name} does not follow the one before`);
  };

  const checkBudget = (task: Task, record: CleanupRecord): void => {
    const id = `${record.pk}#${record.cycle}`;
    if (claimedOn.has(id)) return;
    const intoDay = now() % 86_400_000;
    // Next to midnight the day of the gate and that of the claim may differ.
    if (intoDay < 180_000 || intoDay > 86_390_000) return void claimedOn.set(id, '');
    claimedOn.set(id, `${record.account} ${dayOf(now())}`);
    const account = task.policy.accounts.find(({ name }) => name === record.account);
    const used = [...claimedOn.values()].filter((day) => day === claimedOn.get(id)).length;
    const max = account?.limits.perDay.count ?? 0;
    if (used > max) violate(world, task, `${used} webhooks claimed on one day at ${record.account}, of ${max}`);
  };

  /** Records of which a delete was claimed once: whether it was called, the code may not know any more. */
  const deletes = new Set<string>();

  const put = (task: Task, before: Item | undefined, after: Item, text: string): void => {
    if (text.includes(planted)) violate(world, task, `a secret stands in the item ${after.pk} ${after.sk}`);
    if (after.sk !== 'record') return;
    const record = after as CleanupRecord;
    checkStory(task, before as CleanupRecord | undefined, record);
    if (record.deleteSent) deletes.add(record.pk);
    const old = (before as CleanupRecord | undefined)?.lease?.token;
    if (!record.lease || record.lease.token === old) return;
    task.claims.set(record.pk, record);
    count(world, 'claim');
    if (record.pending && !isWayBack(record.pending.call)) checkBudget(task, record);
  };

  const get = (task: Task, keys: readonly Key[]): void => {
    if (keys.some(({ pk }) => pk === accountKey(everyAccount).pk)) task.switchReadAt = now();
  };

  const stoppedAt = (account: string): Ms | null => {
    const items = [everyAccount, account].map((name) => find(accountKey(name)) as AccountItem | undefined);
    const times = items.flatMap((item) => (item?.stopped ? [stopTimes.get(item.pk) ?? 0] : []));
    return times.length > 0 ? Math.max(...times) : null;
  };
  /** True times of stops, by account item. */
  const stopTimes = new Map<string, Ms>();
  const noteStop = (after: Item, before: Item | undefined): void => {
    const stopped = (after as Partial<AccountItem>).stopped;
    if (stopped && !(before as Partial<AccountItem> | undefined)?.stopped) stopTimes.set(after.pk, now());
  };

  /** What must hold when a call of ours starts, whatever comes of it. */
  const checkCall = (
    task: Task,
    account: string,
    scope: Scope,
    ref: WebhookRef,
    call: Mutation,
    claim: CleanupRecord,
  ) => {
    const name = claim.pk;
    const said = (what: string) => violate(world, task, `${call} ${name}: ${what}`);
    if (claim.pending?.call !== call) said(`claimed for ${claim.pending?.call}`);
    const stop = call === 'enable' ? null : stoppedAt(account);
    if (stop !== null && task.switchReadAt > stop) said('called although the stop had been read');
    const list = task.lists.get(`${account}\n${scope.name}`);
    if (!list) return said('called without a list');
    if (now() - list.asked > limits.listAgeMax + limits.scopeLeaseMs)
      said(`judged on a list ${now() - list.asked} ms old`);
    if (call === 'enable') return;
    if (!claim.history.some(({ event }) => event === 'approved')) said('nobody approved it');
    if (claim.veto) said('claimed under a veto');
    if (claim.findings.length === 0) said('without a finding');
    if (!find(backupKey(claim, claim.cycle))) said('without a backup');
    const shown = list.webhooks.find((one) => keyOf(one) === keyOf(ref));
    if (!shown) said('the list did not show it');
    checkGrounds(world, names, task, call, claim, shown, list.asked);
    const hook = scope.hooks.get(keyOf(ref));
    if (!hook || hook.editedAt > list.asOf) return;
    if (!sameConfig(fingerprint(hook.webhook), claim.fingerprint)) said('it is not what was reviewed');
    const policy = task.policy.accounts.find((one) => one.name === account);
    if (protectedBy(policy?.protect ?? [], { webhook: hook.webhook, account, provider: 'fake' }))
      said('it is protected');
  };

  /** What must hold when the effect lands, which may be much later. */
  const checkEffect = (task: Task, scope: Scope, call: Mutation, claim: CleanupRecord, asOf: Ms, hook: Hook): void => {
    const account = task.policy.accounts.find(({ name }) => name === claim.account);
    const step: Step = { pk: claim.pk, cycle: claim.cycle, call, at: now(), excused: false };
    steps.push(step);
    const agreed = account?.keepLast === false && (account.environment === 'sandbox' || claim.last);
    const needed = hook.webhook.enabled || fingerprintParts(claim.fingerprint).on;
    if (call === 'enable' || !needed || (call === 'disable' && !hook.webhook.enabled)) return;
    const lost = alone(scope, hook.webhook);
    if (lost.length === 0) return;
    if (agreed) return void agreedAt.set(scope, now());
    if (hook.strangerAt > asOf) return void count(world, 'last one, made so by a stranger');
    step.excused = Math.max(scope.harmedAt, agreedAt.get(scope) ?? 0) > asOf;
    count(world, step.excused ? 'last one, by a stranger' : 'last one');
    if (!step.excused) violate(world, task, `${call} ${claim.pk} took the last one of ${lost.join(', ')}`);
  };

  const call = (task: Task, account: string, scope: Scope, ref: WebhookRef, made: Mutation): ((hook: Hook) => void) => {
    const { pk } = recordKey({ account, scope: scope.name, kind: ref.kind, webhookId: ref.id });
    const claim = task.claims.get(pk);
    if (!claim) {
      violate(world, task, `${made} ${pk} without a claim`);
      return () => {};
    }
    checkCall(task, account, scope, ref, made, claim);
    const asOf = task.lists.get(`${account}\n${scope.name}`)?.asOf ?? 0;
    return (hook) => checkEffect(task, scope, made, claim, asOf, hook);
  };

  const create = (task: Task, account: string, scope: Scope, creation: Creation) => {
    if (!task.name.startsWith('worker')) return creations.called(task, account, scope, creation, null);
    const { kind, id } = creation;
    const claim = task.claims.get(recordKey({ account, scope: scope.name, kind, webhookId: id }).pk);
    if (claim) return creations.called(task, account, scope, creation, claim);
    violate(world, task, `create ${id} without a claim`);
    return () => {};
  };

  return {
    steps,
    deletes,
    call,
    create,
    get,
    put: (task: Task, before: Item | undefined, after: Item, text: string): void => {
      noteStop(after, before);
      put(task, before, after, text);
    },
  };
};
export type Oracle = ReturnType<typeof createOracle>;
