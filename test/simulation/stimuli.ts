import { recordName } from '../../lib/audit/record.ts';
import { isOpen } from '../../lib/audit/states.ts';
import { type AccountItem, accountKey } from '../../lib/jobs/account.ts';
import { approve, decideOn, setStopped } from '../../lib/jobs/decide.ts';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { createExtras } from './extras.ts';
import { changedAccount, policyOf } from './population.ts';
import type { Processes } from './processes.ts';
import { by, minute, type Setting } from './setting.ts';
import { strangerActs } from './strangers.ts';
import { tell } from './world.ts';

/** What can be asked of hooksweep at any moment, by schedules and by people. */
export const createStimuli = (setting: Setting, processes: Processes) => {
  const { world, table, remotes, accounts } = setting;
  const { chance, scheduler } = world;
  const { launch, queue, state } = processes;
  const known = (): Account => chance.pick(accounts);
  const person = (body: (ports: Ports) => Promise<unknown>) => void launch('person', minute, body);
  const decide = (action: 'approve' | 'veto' | 'release', records: readonly string[]): void => {
    if (records.length === 0) return;
    const until = action === 'veto' && chance.in(0.3) ? scheduler.now() + 10 * minute : null;
    person((ports) => decideOn(ports, action, [chance.pick(records)], by, until));
  };
  const names = (state: (record: ReturnType<typeof table.records>[number]) => boolean) =>
    table.records().filter(state).map(recordName);
  const scan = (name: string, acceptShrink = false) =>
    launch('scan', 5 * minute, async (ports) => {
      if (ports.policy.accounts.some((account) => account.name === name))
        await scanAccount(ports, name, { acceptShrink });
    });
  const approvePlan = (name: string): void => {
    const { pendingPlan } = (table.find(accountKey(name)) ?? {}) as Partial<AccountItem>;
    if (pendingPlan) person((ports) => approve(ports, pendingPlan, by));
  };
  const enqueueOne = (): void => {
    const remote = chance.pick(remotes);
    const scope = chance.pick(remote.scopes);
    const webhooks = [...scope.hooks.values()];
    if (webhooks.length === 0) return;
    const { webhook } = chance.pick(webhooks);
    const step = chance.in(0.75) ? 'delete' : 'disable';
    const request = { account: remote.account, scope: scope.name, webhookId: webhook.id, step, reason: by } as const;
    person((ports) => enqueue(ports, { ...request, now: chance.in(0.4) }));
  };
  const changePolicy = (): void => {
    const changed = accounts.map((account) => changedAccount(chance, account));
    processes.policyIs(policyOf(chance.in(0.08) ? changed.slice(1) : changed));
    tell(world, null, 'the policy changed');
  };
  const strangers = (): void => strangerActs(setting, chance.pick(chance.pick(remotes).scopes));
  const stimuli: Readonly<Record<string, () => void>> = {
    scan: () => void scan(known().name),
    sweep: () => void launch('sweep', minute, (ports) => sweep(ports)),
    approve: () => approvePlan(known().name),
    approveOne: () =>
      decide(
        'approve',
        names((record) => record.state === 'proposed'),
      ),
    enqueue: enqueueOne,
    veto: () =>
      decide(
        'veto',
        names((record) => isOpen(record.state)),
      ),
    release: () =>
      decide(
        'release',
        names((record) => record.held !== undefined),
      ),
    stop: () => person((ports) => setStopped(ports, chance.in(0.5) ? null : known().name, true, by)),
    start: () => person((ports) => setStopped(ports, chance.in(0.5) ? null : known().name, false, by)),
    policy: changePolicy,
    policyBack: () => processes.policyIs(policyOf(accounts)),
    replay: () => {
      if (processes.bodies.length > 0) queue.replay(chance.pick(processes.bodies));
    },
    redrive: () => queue.redrive(),
    expire: () => {
      chance.pick(remotes).state.expired = chance.in(0.5);
    },
  };
  return { stimuli, strangers, scan, state, extras: createExtras(setting, processes) };
};
export type Stimuli = ReturnType<typeof createStimuli>;

const weights = {
  scan: 5,
  sweep: 8,
  approve: 5,
  approveOne: 1,
  enqueue: 5,
  veto: 1.5,
  release: 1,
  stop: 0.4,
  start: 0.8,
  policy: 0.4,
  policyBack: 0.4,
  replay: 1,
  redrive: 0.5,
  expire: 0.3,
} as const;

/** People who want all of a few webhooks gone. */
const rivalWeights = { ...weights, enqueue: 20, veto: 0.2, stop: 0, policy: 0 };

/** Safety: everything at once, with faults. */
export const disturb = async (
  { world, rivals }: Setting,
  processes: Processes,
  { stimuli, strangers, extras }: Stimuli,
): Promise<void> => {
  const { chance, scheduler } = world;
  const gaps: readonly (readonly [number, number])[] = [
    [0, 300],
    [0, 2_000],
    [1_000, 20_000],
    [20_000, 120_000],
    [9.5 * minute, 11 * minute],
    [5 * minute, 40 * minute],
  ];
  stimuli.scan?.();
  for (let left = chance.between(10, 45); left > 0; left--) {
    const [least, most] = gaps[Math.floor(chance.unit() ** 1.5 * gaps.length)] ?? [0, 0];
    await scheduler.run(scheduler.now() + chance.between(least, most));
    if (extras.length > 0 && world.more.in(0.35)) world.more.pick(extras)();
    else if (chance.in(world.faults.stranger)) strangers();
    else stimuli[chance.weigh(rivals ? rivalWeights : weights)]?.();
    processes.work();
  }
};
