import { type CleanupRecord, recordName } from '../../lib/audit/record.ts';
import type { Ms } from '../../lib/clock.ts';
import { approve, decideOn, setStopped } from '../../lib/jobs/decide.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { noFaults } from './faults.ts';
import { policyOf } from './population.ts';
import type { Processes } from './processes.ts';
import { by, day, hour, minute, type Setting } from './setting.ts';
import type { Stimuli } from './stimuli.ts';
import { tell, violate } from './world.ts';

/** Sweeps and works until nothing is due but what a person or the next week decides. Answers whether it got there. */
const settleDown = async ({ world, table }: Setting, processes: Processes, spanMs: Ms): Promise<boolean> => {
  const { scheduler } = world;
  const until = scheduler.now() + spanMs;
  for (let round = 0, patience = minute; round < 600; round++) {
    void processes.launch('sweep', minute, (ports) => sweep(ports));
    do {
      processes.work();
      await scheduler.run(scheduler.now() + 15_000);
    } while (processes.state.running > 0);
    const times = [table.nextDue(), processes.queue.nextVisible()].filter((time) => time !== null);
    if (times.length === 0) return true;
    const next = Math.min(...times);
    if (next > until) return true;
    patience = next > scheduler.now() ? minute : Math.min(patience * 1.5, hour);
    await scheduler.run(Math.max(next, scheduler.now() + patience));
  }
  return false;
};

/** Liveness: the faults stop, time passes, people answer; then it must come to rest, and the audit be true. */
export const comeToRest = async (setting: Setting, processes: Processes, { scan }: Stimuli): Promise<void> => {
  const { world, accounts, remotes, table } = setting;
  const { scheduler } = world;
  Object.assign(world.faults, noFaults);
  for (const remote of remotes) remote.state.expired = false;
  const decideAll = async (action: 'release' | 'veto', which: (record: CleanupRecord) => boolean): Promise<void> => {
    for (const record of table.records().filter(which))
      await drain(
        setting,
        processes.launch('person', minute, (ports) => decideOn(ports, action, [recordName(record)], by, null)),
      );
  };
  const generous = accounts.map((account) => ({ ...account, limits: { ...account.limits, perDay: { count: 1000 } } }));
  await scheduler.run(scheduler.now() + 20 * minute);
  processes.policyIs(policyOf(generous));
  tell(world, null, 'the faults stop');
  for (const name of [null, ...accounts.map((account) => account.name)])
    await drain(
      setting,
      processes.launch('person', minute, (ports) => setStopped(ports, name, false, by)),
    );
  for (const { name } of accounts) await drain(setting, scan(name, true));
  await settleDown(setting, processes, 2 * day);
  await decideAll('release', (record) => record.held !== undefined);
  const halted = table.records().flatMap(({ waitFor, planId }) => (waitFor === 'canary' && planId ? [planId] : []));
  for (const planId of new Set(halted))
    await drain(
      setting,
      processes.launch('person', minute, (ports) => approve(ports, planId, by)),
    );
  await settleDown(setting, processes, 2 * day);
  await decideAll('veto', (record) => record.waitFor === 'canary');
  // What a plan opened after the last good scan may be missing already: that takes a person's word once more.
  for (const { name } of accounts) await drain(setting, scan(name, true));
  if (!(await settleDown(setting, processes, 30 * day))) violate(world, null, 'it does not come to rest');
};

const drain = async ({ world: { scheduler } }: Setting, task: Promise<void>): Promise<void> => {
  let over = false;
  void task.then(() => {
    over = true;
  });
  while (!over) await scheduler.run(scheduler.now() + 1_000);
};
