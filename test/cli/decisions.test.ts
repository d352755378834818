import { describe, expect, it } from 'vitest';
import { untilFrom } from '../../lib/cli/veto.ts';
import { type AuditDocument, hook, mutating, populate, production, shop, tunnel } from '../e2e/workplace.ts';

type Answer = { error?: { code: string }; results?: { ok: boolean }[] };

const desk = async (more: Record<string, unknown> = {}) => {
  const place = await shop({}, more);
  populate(place.provider, [hook('1', production), hook('2', tunnel(2)), hook('3', tunnel(3))]);
  const answer = async (line: string) => {
    const { code, json } = await place.hooksweep(`${line} --json`);
    const { error, results } = json<Answer>();
    return { code, ...(error && { error: error.code }), ...(results && { results: results.map(({ ok }) => ok) }) };
  };
  const states = async () =>
    Object.fromEntries(
      (await place.ok('audit --json')).json<AuditDocument>().records.map(({ webhookId, state }) => [webhookId, state]),
    );
  return { ...place, answer, states };
};

describe('approve', () => {
  it('lets one record go and leaves the others', async () => {
    const { ok, answer, states } = await desk();
    await ok('run --until-idle', 2);
    expect(await answer('approve shop#shop#endpoint#2')).toEqual({ code: 0, results: [true] });
    expect(await states()).toEqual({ 2: 'approved', 3: 'proposed' });
  });

  it('answers 3 where only some were there, 1 where none was, 4 on production without --yes', async () => {
    const { ok, answer } = await desk({ environment: 'production' });
    await ok('run --until-idle', 2);
    const line = 'approve shop#shop#endpoint#2 shop#shop#endpoint#99';
    expect(await answer(line)).toEqual({ code: 4, error: 'needs-yes' });
    expect(await answer(`${line} --yes`)).toEqual({ code: 3, results: [true, false] });
    expect(await answer('approve sha256:none shop/x --yes')).toMatchObject({ code: 1 });
  });
});

describe('veto', () => {
  it('keeps a proposed webhook for good, and wants a reason', async () => {
    const { ok, answer, states, provider } = await desk();
    await ok('run --until-idle', 2);
    expect(await answer('veto shop#shop#endpoint#2')).toEqual({ code: 1, error: 'missing-option' });
    await ok('veto shop#shop#endpoint#2 --reason "partner uses it" --until 30d');
    await ok('run --until-idle --approve');
    expect(await states()).toEqual({ 2: 'kept', 3: 'deleted' });
    expect(provider.state.get('2')?.enabled).toBe(true);
  });

  it('puts back what was switched off', async () => {
    const { ok, states, provider } = await desk({ lifecycle: { notice: '0s', observe: '24h' } });
    await ok('run --until-idle --approve');
    expect(provider.state.get('2')?.enabled).toBe(false);
    await ok('veto shop#shop#endpoint#2 --reason "partner uses it"');
    await ok('run --until-idle');
    expect(await states()).toEqual({ 2: 'kept', 3: 'observing' });
    expect(provider.state.get('2')?.enabled).toBe(true);
  });

  it.each(['yesterday', '2020-01-01', '0d', '30', ''])('knows no end like %j', (text) => {
    expect(() => untilFrom(text, Date.UTC(2026, 0, 1))).toThrow(/--until/);
  });

  it.each([
    ['30d', Date.UTC(2026, 0, 31)],
    ['2026-03-31', Date.UTC(2026, 2, 31)],
    ['2026-03-31T12:00:00+02:00', Date.UTC(2026, 2, 31, 10)],
  ])('reads %s', (text, at) => {
    expect(untilFrom(text, Date.UTC(2026, 0, 1))).toBe(at);
  });
});

describe('enqueue', () => {
  const line = 'enqueue --account shop --webhook 2 --step delete --reason "left over"';

  it('sends one webhook on its way, and a run carries it out', async () => {
    const { ok, provider } = await desk();
    await ok(line);
    expect(mutating(provider)).toEqual([]);
    await ok('run --until-idle', 2);
    expect([...provider.state.keys()]).toEqual(['1', '3']);
  });

  it('rests at disabled with --step disable', async () => {
    const { ok, provider, states } = await desk();
    await ok('enqueue --account shop --webhook 2 --step disable --reason "left over"');
    await ok('run --until-idle', 2);
    expect(provider.state.get('2')?.enabled).toBe(false);
    expect((await states())[2]).toBe('disabled');
  });

  it('refuses the last one, and what it does not know', async () => {
    const { answer, provider } = await desk();
    populate(provider, [hook('2', tunnel(2))]);
    expect(await answer(line)).toEqual({ code: 4, error: 'guarded' });
    expect(await answer(line.replace('2', '9'))).toEqual({ code: 1, error: 'unknown-webhook' });
    expect(await answer(line.replace('shop', 'shap'))).toEqual({ code: 1, error: 'unknown-account' });
    expect(await answer(line.replace('delete', 'destroy'))).toEqual({ code: 1, error: 'bad-option' });
  });

  it('asks on production, and never skips the observation there', async () => {
    const { answer } = await desk({ environment: 'production' });
    expect(await answer(line)).toEqual({ code: 4, error: 'needs-yes' });
    expect(await answer(`${line} --yes --now`)).toEqual({ code: 4, error: 'never-on-production' });
    expect(await answer(`${line} --yes`)).toEqual({ code: 0 });
  });
});

describe('release', () => {
  it('says that a record is not held', async () => {
    const { ok, answer } = await desk();
    await ok('run --until-idle', 2);
    expect(await answer('release shop#shop#endpoint#2')).toEqual({ code: 1, results: [false] });
  });
});

describe('stop', () => {
  it('for one account leaves others alone, wants a known one, and start for all does not end it silently', async () => {
    const { ok, answer, hooksweep } = await desk();
    expect(await answer('stop --account shap')).toEqual({ code: 1, error: 'unknown-account' });
    await ok('stop --account shop --reason "incident 42"');
    const { stderr } = await hooksweep('start');
    expect(stderr).toContain('shop is still stopped (incident 42)');
    expect(await answer('enqueue --account shop --webhook 2 --step delete --reason x')).toEqual({
      code: 4,
      error: 'stopped',
    });
    await ok('start --account shop');
    expect(await answer('enqueue --account shop --webhook 2 --step delete --reason x')).toEqual({ code: 0 });
  });
});
