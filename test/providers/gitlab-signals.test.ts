import { describe, expect, it } from 'vitest';
import type { Rules } from '../../lib/policy/policy.ts';
import { gitlab } from '../../lib/providers/gitlab.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { now } from './github-account.ts';
import { canned, row, scope } from './gitlab-account.ts';
import { answer } from './modulus-account.ts';
import { simulatedAccount, verdict, webhooksOf } from './simulated-account.ts';

const dayMs = 86_400_000;
const stale: Rules = { stale: { afterMs: 90 * dayMs } };
const at = (days: number) => new Date(now - days * dayMs).toISOString();
const event = (days: number, status: string, more: object = {}) => ({
  id: 1,
  created_at: at(days),
  response_status: status,
  ...more,
});
const broken = { ...row, alert_status: 'temporarily_disabled' };

const world =
  (hooks: readonly object[], events: (filtered: boolean) => Answer) =>
  ({ url }: Call): Answer => {
    const { pathname, searchParams } = new URL(url);
    return pathname.endsWith('/events') ? events(searchParams.has('status')) : answer(200, hooks);
  };
const reads = (calls: readonly Call[]) => calls.filter(({ url }) => url.includes('/events')).length;
const signalOf = async (hook: object, events: readonly object[], rules = stale) => {
  const good = events.filter((one) => String((one as { response_status: unknown }).response_status).startsWith('2'));
  const account = canned(
    world([hook], (filtered) => answer(200, filtered ? good : events)),
    { rules },
  );
  return { signal: webhooksOf(await account.provider.list(scope))[0]?.signal, calls: reads(account.calls) };
};

describe('events', () => {
  it.each([
    ['no rule needs them', [broken], {}, 0],
    ['stale is on', [broken], stale, 2],
    ['the webhook is off', [{ ...row, alert_status: 'disabled' }], stale, 0],
    ['the webhook is younger than stale asks for', [{ ...row, created_at: at(80) }], stale, 0],
    [
      'two share their URL and duplicate is on',
      [row, { ...row, id: 2 }],
      { duplicate: { keep: 'newest' } } as Rules,
      4,
    ],
    [
      'two differ in their URL',
      [row, { ...row, id: 2, url: 'https://b.example.com' }],
      { duplicate: { keep: 'newest' } } as Rules,
      0,
    ],
  ])('are read where %s', async (_name, hooks, rules, count) => {
    const { calls, provider } = canned(
      world(hooks, () => answer(200, [])),
      { rules },
    );
    webhooksOf(await provider.list(scope));
    expect(reads(calls)).toBe(count);
  });

  it('of a webhook that works cost one call, and of one that fails two', async () => {
    const good = { lastSuccess: at(2), lastAttempt: at(2), failing: false };
    expect(await signalOf(row, [event(2, '200')])).toEqual({ signal: good, calls: 1 });
    const bad = { lastSuccess: null, lastAttempt: at(1), failing: true };
    expect(await signalOf(broken, [event(3, 'internal error'), event(1, '502')])).toEqual({ signal: bad, calls: 2 });
    const mixed = { lastSuccess: at(4), lastAttempt: at(1), failing: true };
    expect(await signalOf(broken, [event(4, '200'), event(1, '502')])).toEqual({ signal: mixed, calls: 2 });
  });

  it('that are none leave what the list says', async () => {
    expect((await signalOf(row, [])).signal).toBeNull();
    expect((await signalOf(broken, [])).signal).toEqual({ lastSuccess: null, lastAttempt: null, failing: true });
  });

  it('without a time of their own have that of the receiver, and else the one that errs towards keeping', async () => {
    const dated = (days: number, status: string) =>
      event(days, status, {
        created_at: undefined,
        response_headers: { date: new Date(now - days * dayMs).toUTCString() },
      });
    expect((await signalOf(row, [dated(2, '200')])).signal?.lastSuccess).toBe(at(2));
    for (const strange of [{}, { Date: 'soon' }, { Date: new Date(now + dayMs).toUTCString() }, null]) {
      const undated = (status: string) => [event(0, status, { created_at: undefined, response_headers: strange })];
      expect((await signalOf(row, undated('200'))).signal?.lastSuccess).toBe(at(0));
      expect((await signalOf(broken, undated('500'))).signal?.lastAttempt).toBe(at(7));
    }
  });

  it.each([400, 404, 410])('that are answered with HTTP %i are not offered, and the list stands', async (status) => {
    const { provider } = canned(
      world([broken], () => answer(status, {})),
      { rules: stale },
    );
    expect(webhooksOf(await provider.list(scope))[0]?.signal?.failing).toBe(true);
  });

  it.each([
    ['a throttle', answer(429, {})],
    ['a failure', answer(500)],
    ['what is no list', answer(200, {})],
  ])('that are answered with %s make the list incomplete', async (_name, given) => {
    const { provider } = canned(
      world([broken], () => given),
      { rules: stale },
    );
    expect(verdict(await provider.list(scope))).toMatch(/^incomplete/);
  });

  it('never show payloads, headers or answers', async () => {
    const { signal } = await signalOf(row, [
      event(1, '200', { request_data: 'shh', request_headers: 'shh', response_body: 'shh' }),
    ]);
    expect(JSON.stringify(signal)).not.toContain('shh');
  });

  it.each(['no-events', 'undated-events', 'old-version'])('with %s the list is complete', async (fault) => {
    const { provider } = await simulatedAccount(gitlab, { faults: [fault], rules: stale });
    expect(webhooksOf(await provider.list('projects:sari-sari-demo/checkout')).length).toBe(6);
  });
});
