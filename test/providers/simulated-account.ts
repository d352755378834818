import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Json } from '../../lib/canonical.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Account, Rules } from '../../lib/policy/policy.ts';
import type { Listing, Provider, ProviderDefinition } from '../../lib/providers/contract.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import type { Webhook } from '../../lib/webhook.ts';

type Settings = { baseUrl: string; options: Readonly<Record<string, Json>>; rules?: Rules };

export const accountOf = (provider: string, { baseUrl, options, rules = {} }: Settings): Account => ({
  name: 'shop',
  provider,
  environment: 'sandbox',
  baseUrl,
  credentials: { token: 'env:TOKEN' },
  options,
  mode: 'report',
  rules,
  protect: [],
  lifecycle: { noticeMs: 0, observeMs: 0 },
  limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
  retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: true,
});

type Given = SimulatorOptions & {
  rules?: Rules;
  options?: Readonly<Record<string, Json>>;
  credentials?: Readonly<Record<string, string>>;
};

/** An adapter against its simulator. */
export const simulatedAccount = async (definition: ProviderDefinition, given: Given = {}) => {
  const { rules = {}, options, credentials, ...rest } = given;
  const simulator = await startSimulator(definition.id, { seed: 7, ...rest });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const http = createHttp({ clock: systemClock, version: '1' });
  const settings = { baseUrl: simulator.url, options: options ?? simulator.options, rules };
  const account = accountOf(definition.id, settings);
  return { simulator, account, provider: definition.open(account, credentials ?? simulator.credentials, http) };
};

/** Answers by address, or in order where a list is given; the last one of a list repeats. */
export type Canned = readonly Answer[] | ((call: Call) => Answer);

/** An adapter against canned answers. */
export const cannedAccount = (
  definition: ProviderDefinition,
  settings: Settings,
  credentials: Readonly<Record<string, string>>,
  answers: Canned,
) => {
  const calls: Call[] = [];
  const http = {
    call: async (call: Call) => {
      calls.push(call);
      return typeof answers === 'function'
        ? answers(call)
        : (answers[Math.min(calls.length, answers.length) - 1] as Answer);
    },
  };
  return { calls, provider: definition.open(accountOf(definition.id, settings), credentials, http) };
};

/** All webhooks of all scopes; throws where one is not complete. */
export const everything = async (provider: Provider): Promise<readonly Webhook[]> => {
  const found = await provider.scopes();
  if (found.status !== 'complete') throw new Error(found.outcome.why);
  const lists: Listing[] = [];
  for (const scope of found.scopes) lists.push(await provider.list(scope));
  return lists.flatMap(webhooksOf);
};

export const webhooksOf = (listing: Listing): readonly Webhook[] => {
  if (listing.status !== 'complete') throw new Error(`${listing.status}: ${listing.outcome.why}`);
  return listing.webhooks;
};

/** `complete`, or the status and the reason. */
export const verdict = (listing: { status: string; outcome?: { why: string } }): string =>
  listing.outcome === undefined ? listing.status : `${listing.status}: ${listing.outcome.why}`;

export const hook = (id: string) => ({ kind: 'endpoint' as const, id });
