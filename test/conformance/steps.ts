import { expect } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import { fingerprint, type Kind, keyOf, sameConfig, type WebhookRef } from '../../lib/webhook.ts';
import { webhooksOf } from '../providers/simulated-account.ts';
import type { Behaviour } from './subject.ts';
import { everything, type Found, type World, worldOf } from './world.ts';

/** The first webhook of a kind that is switched on. */
export const firstOf = (found: readonly Found[], kind: Kind): Found => {
  const one = found.find(({ webhook }) => webhook.kind === kind && webhook.enabled);
  if (one === undefined) throw new Error(`the simulator has no ${kind} that is on`);
  return one;
};

const steps = ['disable', 'enable'] as const;

const listed = async (world: World, { scope, webhook }: Found) =>
  webhooksOf(await world.provider.list(scope)).find((one) => keyOf(one) === keyOf(webhook));

/** What the simulator keeps, without the times. */
const snapshot = ({ simulator }: World): string =>
  JSON.stringify([...simulator.state].map(([key, row]) => [key, { ...row, updatedAt: '' }]));

const switched: Behaviour = {
  column: 'disable',
  title: 'switches off and on as the list then shows, and leaves the rest as it was',
  unless: ({ capabilities }) => (capabilities.disable.length === 0 ? 'it cannot switch off' : null),
  holds: async ({ name, capabilities }) => {
    const world = await worldOf(name);
    for (const kind of capabilities.disable) {
      const one = firstOf(await everything(world), kind);
      const before = fingerprint(one.webhook);
      for (const step of [...steps, 'disable', 'disable', 'enable', 'enable'] as const) {
        expect((await world.provider[step](one.scope, one.webhook)).kind).toBe('done');
        const after = await listed(world, one);
        expect(after?.enabled).toBe(step === 'enable');
        expect(sameConfig(fingerprint(after ?? one.webhook), before)).toBe(true);
      }
      expect(fingerprint((await listed(world, one)) ?? one.webhook)).toBe(before);
    }
    await refusesToSwitch(world, capabilities.kinds, capabilities.disable);
  },
  instead: async ({ name, capabilities }) =>
    refusesToSwitch(await worldOf(name), capabilities.kinds, capabilities.disable),
};

/** Kinds that cannot be switched off are refused, and no call is made. */
const refusesToSwitch = async (world: World, kinds: readonly Kind[], can: readonly Kind[]): Promise<void> => {
  const found = await everything(world);
  for (const kind of kinds.filter((one) => !can.includes(one))) {
    const { scope, webhook } = firstOf(found, kind);
    const calls = world.calls.length;
    for (const step of steps) expect((await world.provider[step](scope, webhook)).kind).toBe('refused');
    expect(world.calls.length).toBe(calls);
  }
};

const removed: Behaviour = {
  column: 'delete',
  title: 'deletes one and no other, and a second time is harmless',
  holds: async ({ name, capabilities, faults }) => {
    for (const soft of faults.includes('repeat-delete') ? [[], ['repeat-delete']] : [[]]) {
      const world = await worldOf(name, { faults: soft });
      for (const kind of capabilities.kinds) {
        const before = await everything(world);
        const one = firstOf(before, kind);
        expect((await world.provider.delete(one.scope, one.webhook)).kind).toBe('done');
        expect(world.simulator.state.has(one.key)).toBe(false);
        const again = await world.provider.delete(one.scope, one.webhook);
        expect(['gone', ...(soft.length > 0 ? ['done'] : [])]).toContain(again.kind);
        const left = before.filter((other) => other !== one).map(({ scope, key }) => [scope, key]);
        expect((await everything(world)).map(({ scope, key }) => [scope, key])).toEqual(left);
      }
    }
  },
};

const unknownTo = ({ simulator }: World, kind: Kind): WebhookRef => ({ kind, id: simulator.newId() });

const foreign: Behaviour = {
  column: 'foreign',
  title: 'touches nothing that is unknown, of another scope or of another account',
  holds: async ({ name, capabilities }) => {
    const world = await worldOf(name);
    const found = await everything(world);
    const before = snapshot(world);
    for (const kind of capabilities.kinds) {
      const { scope, webhook } = firstOf(found, kind);
      for (const act of [...capabilities.disable.filter((one) => one === kind).flatMap(() => steps), 'delete'] as const)
        expect((await world.provider[act](scope, unknownTo(world, kind))).kind, act).toMatch(/^(gone|retry|refused)$/);
      for (const other of new Set(found.map((one) => one.scope).filter((one) => one !== scope)))
        expect((await world.provider.delete(other, webhook)).kind).toMatch(/^(gone|retry|refused)$/);
    }
    expect(snapshot(world)).toBe(before);
    await withAnotherKey(world, found);
    expect(snapshot(world)).toBe(before);
  },
};

/** The credential of another account: its holder gets nothing, and learns that it is the credential. */
const withAnotherKey = async ({ definition, account, simulator }: World, found: readonly Found[]): Promise<void> => {
  const other = await startSimulator(definition.id, { seed: 8 });
  await other.close();
  expect(other.credentials).not.toEqual(simulator.credentials);
  const http = createHttp({ clock: systemClock, version: '1' });
  const provider = definition.open(account, other.credentials, http);
  const [one] = found;
  if (one === undefined) throw new Error('the simulator has no webhook');
  expect(await provider.list(one.scope)).toMatchObject({
    status: 'error',
    outcome: { kind: 'retry', pause: 'credential' },
  });
  expect(await provider.delete(one.scope, one.webhook)).toMatchObject({ kind: 'retry', pause: 'credential' });
};

export const stepBehaviours: readonly Behaviour[] = [switched, removed, foreign];
