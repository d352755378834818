import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Provider } from '../../lib/providers/contract.ts';
import { type Answer, createHttp, type Http } from '../../lib/providers/http.ts';
import { providers } from '../../lib/providers/registry.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import { keyOf } from '../../lib/webhook.ts';
import { accountOf } from '../providers/simulated-account.ts';
import { junk, type Mutant, mutantOf, type Path, pathsOf, runs } from './mutate.ts';

type Bend = (answer: Extract<Answer, { kind: 'answer' }>, call: number) => Answer;

/** An adapter before its simulator, with somebody between them. */
const between = async (name: string) => {
  const simulator = await startSimulator(name, { seed: 7, webhooks: 6 });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const real = createHttp({ clock: systemClock, version: '1' });
  const definition = providers[name];
  if (!definition) throw new Error(`no provider ${name}`);
  const account = accountOf(name, {
    baseUrl: simulator.url,
    options: simulator.options,
    rules: { stale: { afterMs: 1 } },
  });
  const open = (bend: Bend): Provider => {
    let calls = 0;
    const http: Http = {
      call: async (call) => {
        const answer = await real.call(call);
        return answer.kind === 'answer' ? bend(answer, calls++) : answer;
      },
    };
    return definition.open(account, simulator.credentials, http);
  };
  return { simulator, open };
};

/** All that a scan reads. */
const readAll = async (provider: Provider) => {
  const found = await provider.scopes();
  const scopes = found.status === 'complete' ? found.scopes : [];
  const lists = [];
  for (const scope of scopes) lists.push([scope, await provider.list(scope)] as const);
  return { found, lists };
};

const outcomes = /^(?:done|gone|retry|refused|unknown)$/;

const expectInForm = ({ found, lists }: Awaited<ReturnType<typeof readAll>>): void => {
  for (const listing of [found, ...lists.map(([, list]) => list)])
    if (listing.status !== 'complete')
      expect(listing.outcome).toMatchObject({ kind: expect.stringMatching(/^(?:retry|refused)$/) });
  for (const [, list] of lists) {
    if (list.status !== 'complete') continue;
    const keys = list.webhooks.map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { id, events, enabled, kind } of list.webhooks)
      expect([typeof id, id === '', Array.isArray(events), typeof enabled, kind]).toEqual([
        'string',
        false,
        true,
        'boolean',
        kind,
      ]);
  }
};

/** A list of rows that is emptied, a row less, a row that says that it is deleted: lies that nothing contradicts. */
const isWholeLie = (path: Path, how: Mutant<unknown>['how'], old: unknown, now: unknown): boolean =>
  (Array.isArray(old) && Array.isArray(now)) ||
  (how === 'removed' && typeof path.at(-1) === 'number') ||
  (path.at(-1) === 'deleted' && now === true);

describe.each(Object.keys(providers))('answers of %s', (name) => {
  it('with one field changed or lost never make the adapter throw, nor a list complete that lost a row', async () => {
    const { open } = await between(name);
    const honest: unknown[] = [];
    const whole = await readAll(
      open((answer) => {
        honest.push(answer.json);
        return answer;
      }),
    );
    const counts = new Map(
      whole.lists.map(([scope, list]) => [scope, list.status === 'complete' ? list.webhooks.length : -1]),
    );
    expect([...counts.values()].every((count) => count >= 0)).toBe(true);
    const bendable = honest.flatMap((json, at) => (pathsOf(json).length > 0 ? [at] : []));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bendable).chain((at) => fc.record({ at: fc.constant(at), mutant: mutantOf(honest[at]) })),
        async ({ at, mutant: { value, path, how } }) => {
          const bent = await readAll(open((answer, call) => (call === at ? { ...answer, json: value } : answer)));
          expectInForm(bent);
          const old = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], honest[at]);
          const now = path.reduce<unknown>(
            (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
            value,
          );
          if (isWholeLie(path, how, old, now)) return;
          for (const [scope, list] of bent.lists)
            if (list.status === 'complete')
              expect([path, old, now, list.webhooks.length]).toEqual([path, old, now, counts.get(scope)]);
        },
      ),
      runs(80),
    );
  });

  it('of any JSON never make it throw, to a list as to a call', async () => {
    const { open } = await between(name);
    const statuses = fc.constantFrom(200, 200, 201, 204, 206, 302, 400, 401, 404, 409, 422, 429, 500);
    const answers = fc.array(fc.record({ json: fc.oneof(fc.jsonValue(), junk), status: statuses }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        const canned: Bend = (answer, call) => ({ ...answer, ...(given[call % given.length] as object) });
        expectInForm(await readAll(open(canned)));
        const { found } = await readAll(open((answer) => answer));
        const [scope = 'shop'] = found.status === 'complete' ? found.scopes : [];
        const provider = open(canned);
        const webhook = { kind: 'endpoint', id: '1' } as const;
        for (const call of ['disable', 'enable', 'delete'] as const)
          expect((await provider[call](scope, webhook)).kind).toMatch(outcomes);
      }),
      runs(25),
    );
  });
});
