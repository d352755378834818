import { describe, expect, it } from 'vitest';
import { detect } from '../../lib/detect/detect.ts';
import type { Rules } from '../../lib/policy/policy.ts';
import { github } from '../../lib/providers/github.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { canned, now, row, scope } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { simulatedAccount, verdict, webhooksOf } from './simulated-account.ts';

const dayMs = 86_400_000;
const stale: Rules = { stale: { afterMs: 90 * dayMs } };
const duplicate: Rules = { duplicate: { keep: 'newest' } };
const failed = { code: 502, status: 'failed', message: 'x' };
const at = (days: number) => new Date(now - days * dayMs).toISOString();
const delivery = (days: number, code: number) => ({ id: 1, delivered_at: at(days), status_code: code, status: 'x' });

/** A repository with these webhooks, of which each has these deliveries. */
const world =
  (hooks: readonly object[], deliveries: (url: URL) => Answer) =>
  ({ url }: Call): Answer => {
    const parsed = new URL(url);
    return parsed.pathname.endsWith('/deliveries') ? deliveries(parsed) : answer(200, hooks);
  };
const reads = (calls: readonly Call[]) => calls.filter(({ url }) => url.includes('/deliveries')).length;

describe('deliveries', () => {
  const failing = { ...row, id: 1, last_response: failed };
  const other = (id: number, more: object = {}) => ({
    ...row,
    id,
    config: { ...row.config, url: `https://example.com/${id}` },
    ...more,
  });

  it.each([
    ['no rule needs them', [failing], {}, 0],
    ['the last one failed and stale is on', [failing], stale, 1],
    ['the last one was accepted', [{ ...failing, last_response: { code: 200, status: 'active' } }], stale, 0],
    ['none was made for long', [{ ...failing, last_response: null }], stale, 0],
    ['the webhook is off', [{ ...failing, active: false }], stale, 0],
    ['the webhook is younger than stale asks for', [{ ...failing, created_at: at(80) }], stale, 0],
    ['two share their URL and duplicate is on', [row, { ...row, id: 2 }, other(3)], duplicate, 2],
    ['two differ in their URL', [other(1), other(2)], duplicate, 0],
  ])('are read where %s: %#', async (_name, hooks, rules, count) => {
    const { calls, provider } = canned(
      world(hooks, () => answer(200, [delivery(1, 200)])),
      { rules },
    );
    webhooksOf(await provider.list(scope));
    expect(reads(calls)).toBe(count);
  });

  it('are read of the webhooks of organisations, which have no last response', async () => {
    const { calls, provider } = canned(
      world([{ ...row, last_response: undefined }], () => answer(200, [])),
      { rules: stale },
    );
    expect(webhooksOf(await provider.list('orgs:octo'))[0]?.signal).toBeNull();
    expect(calls[1]?.url).toBe('https://api.github.com/orgs/octo/hooks/12345678/deliveries?per_page=30');
  });

  it('of at most a hundred webhooks of one list are read', async () => {
    const hooks = Array.from({ length: 99 }, (_, index) => ({ ...failing, id: index + 1 }));
    const pages = ({ url }: Call) => {
      if (url.includes('/deliveries')) return answer(200, []);
      const second = url.includes('page=2');
      const link = '<https://api.github.com/repositories/1/hooks?page=2>; rel="next"';
      return second
        ? answer(
            200,
            hooks.map((hook) => ({ ...hook, id: hook.id + 99 })),
          )
        : answer(200, hooks, { link });
    };
    const { calls, provider } = canned(pages, { rules: stale });
    expect(webhooksOf(await provider.list(scope)).length).toBe(198);
    expect(reads(calls)).toBe(100);
  });

  it.each([
    [
      'a success among failures',
      [delivery(1, 500), delivery(5, 204)],
      { lastSuccess: at(5), lastAttempt: at(1), failing: true },
    ],
    [
      'a success after failures, in any order',
      [delivery(9, 500), delivery(2, 200)],
      { lastSuccess: at(2), lastAttempt: at(2), failing: false },
    ],
    ['failures alone', [delivery(1, 0), delivery(2, 502)], { lastSuccess: null, lastAttempt: at(1), failing: true }],
    ['none', [], { lastSuccess: null, lastAttempt: null, failing: true }],
  ])('with %s make the signal', async (_name, deliveries, signal) => {
    const { provider } = canned(
      world([failing], () => answer(200, deliveries)),
      { rules: stale },
    );
    expect(webhooksOf(await provider.list(scope))[0]?.signal).toEqual(signal);
  });

  it('of a whole page of failures are asked for a success before, of which a server without the filter knows nothing', async () => {
    const page = Array.from({ length: 30 }, (_, index) => delivery(index / 10, 500));
    const filtered = (success: readonly object[]) =>
      canned(
        world([failing], (url) => answer(200, url.searchParams.has('status') ? success : page)),
        { rules: stale },
      );
    const knows = filtered([delivery(20, 200)]);
    expect(webhooksOf(await knows.provider.list(scope))[0]?.signal?.lastSuccess).toBe(at(20));
    expect(reads(knows.calls)).toBe(2);
    expect(webhooksOf(await filtered(page).provider.list(scope))[0]?.signal?.lastSuccess).toBeNull();
  });

  it.each([400, 404, 410, 422])(
    'that are answered with HTTP %i are not offered, and the list stands',
    async (status) => {
      const { provider } = canned(
        world([failing], () => answer(status, {})),
        { rules: stale },
      );
      expect(webhooksOf(await provider.list(scope))[0]?.signal).toEqual({
        lastSuccess: null,
        lastAttempt: null,
        failing: true,
      });
    },
  );

  it.each([
    ['a throttle', answer(429, {})],
    ['a failure', answer(500)],
    ['what is no list', answer(200, {})],
    ['a row without its time', answer(200, [{ status_code: 200 }])],
  ])(
    'that are answered with %s make the list incomplete: a finding must not come and go with it',
    async (_name, given) => {
      const { provider } = canned(
        world([failing], () => given),
        { rules: stale },
      );
      expect(verdict(await provider.list(scope))).toMatch(/^incomplete/);
    },
  );

  it('never show what they hold beyond time and status', async () => {
    const shown = { ...delivery(1, 200), url: 'shh', request: { headers: 'shh' } };
    const { provider } = canned(
      world([failing], () => answer(200, [shown])),
      { rules: stale },
    );
    expect(JSON.stringify(await provider.list(scope))).not.toContain('shh');
  });
});

describe('what follows from them', () => {
  const findings = async (rules: Rules, firstSeen?: string) => {
    const { provider } = await simulatedAccount(github, { rules, now: () => now });
    const name = 'sari-sari-demo/checkout';
    const webhooks = webhooksOf(await provider.list(name));
    const sightings = new Map(firstSeen === undefined ? [] : webhooks.map(({ id }) => [id, { firstSeen }] as const));
    const { capabilities } = provider;
    const view = {
      scope: name,
      webhooks,
      rules,
      protect: [],
      capabilities,
      now,
      sightings,
      offByUs: new Set<string>(),
    };
    return [...detect(view)].flatMap(([id, found]) =>
      found.filter(({ proposes }) => proposes).map(({ rule }) => `${id} ${rule}`),
    );
  };

  it('of two twins the one that works stays', async () => {
    expect(await findings(duplicate)).toEqual(['410000104 duplicate']);
  });

  it('what fails is stale only once our own scans have watched it for that long', async () => {
    expect(await findings(stale)).toEqual([]);
    expect(await findings(stale, at(80))).toEqual([]);
    expect(await findings(stale, at(100))).toEqual(['410000104 stale', '410000106 stale']);
  });
});
