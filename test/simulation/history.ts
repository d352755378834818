import { checkBudgets } from './budgets.ts';
import type { Faults } from './faults.ts';
import { comeToRest } from './liveness.ts';
import { createProcesses } from './processes.ts';
import { checkRest } from './rest.ts';
import { type HistoryOptions, setUp } from './setting.ts';
import { createStimuli, disturb } from './stimuli.ts';
import { count } from './world.ts';

export type History = {
  seed: number;
  faults: Faults;
  violations: readonly string[];
  counts: Readonly<Record<string, number>>;
};

/** One history from its seed: the same seed, the same history. */
export const runHistory = async (options: HistoryOptions): Promise<History> => {
  const setting = setUp(options);
  const { world, faults, table, remotes, oracle, creations } = setting;
  const processes = createProcesses(setting);
  const stimuli = createStimuli(setting, processes);
  await disturb(setting, processes, stimuli);
  await comeToRest(setting, processes, stimuli);
  await checkRest(world, table, remotes, oracle.steps, creations.made, faults.listLag > 0);
  checkBudgets(world, remotes);
  count(world, 'histories');
  return { seed: options.seed, faults, violations: world.violations, counts: world.counts };
};
