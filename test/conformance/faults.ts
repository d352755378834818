import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Listing, Outcome } from '../../lib/providers/contract.ts';
import { generalFaults } from '../../lib/simulator/faults.ts';
import { firstOf } from './steps.ts';
import type { Behaviour, Subject } from './subject.ts';
import { everything, type Found, type World, worldOf } from './world.ts';

type Kind = Outcome['kind'];
type Expected = {
  /** What a list says; `complete` where it is not disturbed. */
  list: 'complete' | 'retry' | 'refused';
  step: readonly Kind[];
  /** Whether a step took effect at the provider, whatever was answered. */
  happened: boolean;
  also?: { pause: 'throttle' | 'credential'; afterMs?: number | unknown };
};

const pausing = (pause: 'throttle' | 'credential', afterMs?: number | unknown): Expected => ({
  list: 'retry',
  step: ['retry'],
  happened: false,
  also: { pause, ...(afterMs === undefined ? {} : { afterMs }) },
});
const unclear = (happened: boolean): Expected => ({ list: 'retry', step: ['unknown'], happened });
const calm: Expected = { list: 'complete', step: ['done'], happened: true };

const expected: Readonly<Record<string, Expected>> = {
  throttle: pausing('throttle'),
  'throttle-after': pausing('throttle', 2000),
  'throttle-date': pausing('throttle', expect.any(Number)),
  'wrong-key': pausing('credential'),
  forbidden: pausing('credential'),
  'error-before': unclear(false),
  'error-after': unclear(true),
  'reset-before': unclear(false),
  'reset-after': unclear(true),
  // An answer without a body has nothing that could be cut off: 204 stays 204.
  'truncated-body': { ...unclear(true), step: ['unknown', 'done'] },
  slow: unclear(true),
  html: unclear(false),
  'not-json': unclear(true),
  huge: unclear(true),
  redirect: { list: 'refused', step: ['refused'], happened: false },
  latency: calm,
  'ignore-disable': { ...calm, happened: false },
  'ignore-delete': { ...calm, happened: false },
};

/** Time runs out soon after the provider has the request. */
const hasty: Clock = { now: systemClock.now, sleep: (_ms, signal) => delay(100, undefined, { signal }) };

/** The steps that a provider has: switching off, where it can, and deleting, on two different webhooks. */
const stepsOf = async (world: World, { capabilities }: Subject) => {
  const found = await everything(world);
  const deletes = capabilities.kinds.map((kind) => ({ step: 'delete' as const, on: firstOf(found, kind) }));
  const taken = new Set(deletes.map(({ on }) => on));
  const rest = found.filter((one) => !taken.has(one));
  const disables = capabilities.disable.map((kind) => ({ step: 'disable' as const, on: firstOf(rest, kind) }));
  return { found, steps: [...disables, ...deletes] };
};

const isDone = ({ simulator }: World, step: 'disable' | 'delete', { key }: Found): boolean =>
  step === 'delete' ? !simulator.state.has(key) : simulator.state.get(key)?.enabled === false;

const said = (listing: Listing): string => (listing.status === 'complete' ? 'complete' : listing.outcome.kind);

const started = async (subject: Subject, fault: string) => {
  const world = await worldOf(
    subject.name,
    { latencyMs: fault === 'latency' ? 20 : 0 },
    fault === 'slow' ? hasty : systemClock,
  );
  const { found, steps } = await stepsOf(world, subject);
  world.simulator.setFaults([fault]);
  return { world, found, steps };
};

/** Whatever was claimed under a fault, the list afterwards tells what is so. */
const readBack = async (world: World, step: 'disable' | 'delete', on: Found): Promise<void> => {
  world.simulator.setFaults([]);
  const now = (await everything(world)).find(({ scope, key }) => scope === on.scope && key === on.key);
  const done = isDone(world, step, on);
  if (step === 'delete') expect(now === undefined, 'read back').toBe(done);
  else expect(now?.webhook.enabled, 'read back').toBe(!done);
};

const general: Behaviour = {
  column: 'faults',
  title: 'claims under each general fault what it can know, and reads back what it cannot',
  holds: async (subject) => {
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(Object.keys(generalFaults)));
    for (const [fault, wanted] of Object.entries(expected)) {
      if (!subject.faults.includes(fault)) continue;
      const { world, found, steps } = await started(subject, fault);
      expect(said(await world.provider.list(found[0]?.scope ?? '')), fault).toBe(wanted.list);
      for (const { step, on } of steps) {
        world.simulator.setFaults([fault]);
        const outcome = await world.provider[step](on.scope, on.webhook);
        expect(wanted.step, `${step} under ${fault}: ${outcome.why}`).toContain(outcome.kind);
        if (wanted.also) expect(outcome, fault).toMatchObject(wanted.also);
        const spared = fault === 'ignore-disable' ? step === 'delete' : fault === 'ignore-delete' && step === 'disable';
        expect(isDone(world, step, on), `${step} under ${fault} took effect`).toBe(wanted.happened || spared);
        await readBack(world, step, on);
      }
      await world.simulator.close();
    }
  },
};

/** Lists that lie without a hint: nobody can know, which is what the shrink limit is for. */
const liars: ReadonlySet<string> = new Set(['truncated-list', 'empty-list']);

const own: Behaviour = {
  column: 'own faults',
  title: 'says retry and refused only where nothing happened, done only where it did, whatever is the matter',
  holds: async (subject) => {
    for (const fault of subject.faults.filter((name) => !Object.hasOwn(expected, name))) {
      const { world, found, steps } = await started(subject, fault);
      const lists: Listing[] = [];
      for (const scope of new Set(found.map((one) => one.scope))) lists.push(await world.provider.list(scope));
      const count = lists.reduce((sum, one) => sum + (one.status === 'complete' ? one.webhooks.length : 0), 0);
      const whole = lists.every(({ status }) => status === 'complete');
      if (whole && !liars.has(fault)) expect(count, `rows under ${fault}`).toBe(world.simulator.state.size);
      for (const { step, on } of steps) {
        world.simulator.setFaults([fault]);
        if (!world.simulator.state.has(on.key)) continue;
        const outcome = await world.provider[step](on.scope, on.webhook);
        const about = `${step} under ${fault}: ${outcome.kind}, ${outcome.why}`;
        if (['retry', 'refused'].includes(outcome.kind)) expect(isDone(world, step, on), about).toBe(false);
        if (outcome.kind === 'done') expect(isDone(world, step, on), about).toBe(true);
        await readBack(world, step, on);
      }
      await world.simulator.close();
    }
  },
};

export const faultBehaviours: readonly Behaviour[] = [general, own];
