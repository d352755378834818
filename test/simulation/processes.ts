import type { Clock, Ms } from '../../lib/clock.ts';
import type { Reading } from '../../lib/credentials.ts';
import type { Resolution } from '../../lib/detect/unresolvable.ts';
import type { LogEvent, Ports } from '../../lib/jobs/ports.ts';
import { workBatch } from '../../lib/jobs/worker.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider } from '../../lib/providers/contract.ts';
import { planted, policyOf } from './population.ts';
import { createQueue } from './queue.ts';
import type { Remote } from './remote.ts';
import type { Setting } from './setting.ts';
import { die, type Task, tell, violate, wire } from './world.ts';

const workersMax = 3;
const workerTimeoutMs = 120_000;

/** One provider as a worker sees it whose lists are all the first one that it ever saw: one of the parts taken out. */
const withOldLists = (provider: Provider, first: Map<string, Awaited<ReturnType<Provider['list']>>>): Provider => ({
  ...provider,
  list: async (scope, signal) => {
    const fresh = await provider.list(scope, signal);
    const key = scope;
    if (!first.has(key) && fresh.status === 'complete') first.set(key, fresh);
    return first.get(key) ?? fresh;
  },
});

/** Starts invocations of the functions and the commands, each a task of its own. */
export const createProcesses = (setting: Setting) => {
  const { world, table, remotes, skews, accounts, dns, vault } = setting;
  const { chance, more, scheduler } = world;
  const state = { policy: policyOf(accounts), running: 0, workers: 0, serial: 0, tokens: 0 };
  const bodies: string[] = [];
  const firstLists = new Map<string, Awaited<ReturnType<Provider['list']>>>();

  const listen = (task: Task) => (event: LogEvent) => {
    if (JSON.stringify(event).includes(planted)) violate(world, task, `a secret stands in the log: ${event.message}`);
    tell(world, task, `log ${event.message}: ${event.detail ?? ''}`);
    const failed = event.message === 'a scope could not be worked';
    if (failed && !event.detail?.includes('injected')) violate(world, task, `a worker failed: ${event.detail}`);
  };

  const resolved = (task: Task, host: string): Resolution => {
    const fails = more.in(world.faults.listFailed * 2);
    const answer = fails ? 'unknown' : dns.truthOf(host);
    dns.answers.push({ host, at: scheduler.now(), answer });
    task.names.set(host, { answer, at: scheduler.now() });
    tell(world, task, `DNS says ${host}: ${answer}`);
    return answer;
  };
  const secretAt = (reference: string): Reading => {
    const value = more.in(world.faults.tableError * 5) ? undefined : vault.get(reference);
    if (value === undefined) return { status: 'error', why: `${reference} cannot be read`, hint: 'try again' };
    return { status: 'ok', value };
  };

  const clockOf = (task: Task): Clock => ({
    now: () => scheduler.now() + task.skewMs,
    sleep: (ms) => wire(world, task, 'sleep', { there: ms, back: 0 }, () => {}),
  });

  const portsOf = (task: Task): Ports => ({
    clock: clockOf(task),
    random: { unit: chance.unit, token: () => `t${++state.tokens}` },
    table: table.portFor(task),
    queue: queue.portFor(task),
    policy: task.policy,
    actor: task.name,
    log: listen(task),
    open: async ({ name }) => {
      const provider = (remotes.find(({ account }) => account === name) as Remote).portFor(task);
      const stale = world.without === 'fresh-read' && task.name.startsWith('worker');
      return { status: 'ok', provider: stale ? withOldLists(provider, firstLists) : provider };
    },
    resolve: (host) => wire(world, task, 'resolve', { there: 5, back: 5 }, () => resolved(task, host)),
    secrets: {
      read: (reference) => wire(world, task, 'secret', { there: 5, back: 5 }, () => secretAt(reference)),
      forms: { reference: 'env:NAME', place: 'file:PATH' },
      mayRead: () => true,
      mayWrite: () => true,
      reserve: async () => ({ status: 'ok' }),
      write: (reference) =>
        wire(world, task, 'secret', { there: 5, back: 5 }, () =>
          more.in(0.8) ? { status: 'ok' } : { status: 'error', why: `${reference} cannot be written` },
        ),
    },
  });

  /** Runs one invocation; it ends at its time-out at the latest. */
  const launch = (name: string, timeoutMs: Ms, body: (ports: Ports, task: Task) => Promise<unknown>): Promise<void> =>
    new Promise((ended) => {
      const task: Task = {
        name: `${name}${++state.serial}`,
        policy: state.policy,
        skewMs: chance.pick(skews),
        alive: true,
        switchReadAt: Number.NEGATIVE_INFINITY,
        lists: new Map(),
        names: new Map(),
        claims: new Map(),
      };
      let over = false;
      state.running += 1;
      const end = (): void => {
        if (over) return;
        over = true;
        state.running -= 1;
        ended();
      };
      scheduler.after(timeoutMs, () => {
        if (!over) die(world, task, 'its time-out');
        end();
      });
      tell(world, task, 'begins');
      body(portsOf(task), task)
        .then((answer) => {
          if (JSON.stringify(answer ?? '').includes(planted)) violate(world, task, 'a secret stands in an answer');
        })
        .catch((error: unknown) => {
          if (!String(error).includes('injected')) violate(world, task, `unexpected: ${(error as Error).stack}`);
        })
        .finally(end);
    });

  const work = (): void => {
    if (state.workers >= workersMax) return;
    const batch = queue.receive();
    if (batch.length === 0) return;
    state.workers += 1;
    world.counts.jobs = (world.counts.jobs ?? 0) + batch.length;
    void launch('worker', workerTimeoutMs, async (ports) => {
      const failed = await workBatch(ports, batch, ports.clock.now() + workerTimeoutMs);
      queue.settle(batch, new Set(failed));
    }).then(() => {
      state.workers -= 1;
      scheduler.after(chance.between(0, 500), work);
    });
  };
  const queue = createQueue(world, (body) => {
    if (body.includes(planted)) violate(world, null, 'a secret stands in a message');
    bodies.push(body);
    scheduler.after(chance.between(0, 1_500), work);
  });
  const policyIs = (policy: Policy): void => {
    state.policy = policy;
  };
  return { state, launch, work, queue, bodies, policyIs };
};
export type Processes = ReturnType<typeof createProcesses>;
