import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { Ms } from '../../lib/clock.ts';
import type { Resolution } from '../../lib/detect/unresolvable.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Webhook } from '../../lib/webhook.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** Parts that can be taken out, to see that the oracle would miss them. */
export const parts = ['lease-token', 'fresh-read', 'busy'] as const;
export type Part = (typeof parts)[number];

/** What belongs to one history and to all of its processes. */
export type World = {
  seed: number;
  chance: Chance;
  /** What the features draw from. */
  more: Chance;
  scheduler: Scheduler;
  /** Rates as they are now; all zero once the faults stop. */
  faults: Faults;
  without: Part | null;
  trace: ((line: string) => void) | null;
  violations: string[];
  counts: Record<string, number>;
};

/** One invocation of a function or one command: what it knows dies with it. */
export type Task = {
  name: string;
  policy: Policy;
  /** Its clock runs ahead of the true time by this. */
  skewMs: Ms;
  alive: boolean;
  /** True time at which it last read the kill switch. */
  switchReadAt: Ms;
  /** By account and scope: its newest list, the time that it shows, and when it was asked for. */
  lists: Map<string, { asOf: Ms; asked: Ms; webhooks: readonly Webhook[] }>;
  /** What DNS last said to it, by host. */
  names: Map<string, { answer: Resolution; at: Ms }>;
  /** Its newest claim of each record. */
  claims: Map<string, CleanupRecord>;
};

/** An error that the simulation made on purpose. */
export const injected = (what: string): Error => new Error(`injected: ${what}`);

export const count = ({ counts }: World, what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1;
};

export const tell = (world: World, task: Task | null, line: string): void => {
  if (!world.trace) return;
  const at = new Date(world.scheduler.now()).toISOString().slice(5, 23);
  world.trace(`${at} ${(task?.name ?? '-').padEnd(12)} ${line}`);
};

export const violate = (world: World, task: Task | null, line: string): void => {
  world.violations.push(line);
  tell(world, task, `VIOLATION ${line}`);
};

export const die = (world: World, task: Task, where: string): void => {
  if (!task.alive) return;
  task.alive = false;
  count(world, 'crash');
  tell(world, task, `dies at ${where}`);
};

/** Travel times of one request: to its effect, and from there to the answer. */
export type Travel = { there: Ms; back: Ms };

/**
 * One call to the outside. What was sent has its effect also when the sender dies meanwhile; an answer reaches only the
 * living, and may find them standing still.
 */
export const wire = <T>(world: World, task: Task, what: string, travel: Travel, effect: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    if (!task.alive) return;
    const { chance, faults, scheduler } = world;
    const crash = chance.in(faults.crash) ? chance.pick(['before', 'after'] as const) : null;
    if (crash === 'before') return die(world, task, `${what}, before it`);
    scheduler.after(travel.there, () => {
      let settle: () => void;
      try {
        const value = effect();
        settle = () => resolve(value);
      } catch (error) {
        settle = () => reject(error);
      }
      if (crash === 'after') return die(world, task, `${what}, after it`);
      const still = chance.in(faults.freeze) ? chance.between(1_000, chance.pick([5_000, 40_000, 100_000])) : 0;
      if (still > 0) tell(world, task, `stands still for ${still} ms`);
      scheduler.after(travel.back + still, () => {
        if (task.alive) settle();
      });
    });
  });
