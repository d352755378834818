import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planDigest } from '../../lib/plan/ids.ts';
import type { Plan } from '../../lib/plan/item.ts';
import { type AuditDocument, mutating, shop } from '../e2e/workplace.ts';

type Applied = { accounts: { taken: number; before: boolean }[] };
type Failed = { error: { code: string; hint: string; file?: string } };

const planned = async (more: Record<string, unknown> = {}) => {
  const place = await shop({}, more);
  await place.ok('scan --out plan.json', 2);
  const file = join(place.folder, 'plan.json');
  const edit = (change: (plan: Plan) => Plan, sign = true) => {
    const plan = change(JSON.parse(readFileSync(file, 'utf8')) as Plan);
    writeFileSync(file, JSON.stringify(sign ? { ...plan, digest: planDigest(plan) } : plan));
  };
  const apply = async (line = '') => {
    const { code, json } = await place.hooksweep(`apply plan.json --json ${line}`);
    return { code, error: json<Failed>().error?.code };
  };
  return { ...place, file, edit, apply };
};

describe('apply', () => {
  it('takes exactly what the plan proposes, touches nothing itself, and twice changes nothing', async () => {
    const { provider, ok, file } = await planned();
    const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
    const first = (await ok('apply plan.json --json --reason "ticket 123"')).json<Applied>();
    expect(first.accounts).toMatchObject([{ taken: plan.summary.proposed, before: false }]);
    expect(mutating(provider)).toEqual([]);
    const story = (await ok('audit --json')).json<AuditDocument>();
    expect(story.records.length).toBe(plan.summary.proposed);
    expect(story.records.every(({ history }) => history.at(-1)?.detail === 'ticket 123')).toBe(true);
    const second = (await ok('apply plan.json --json')).json<Applied>();
    expect(second.accounts).toMatchObject([{ taken: plan.summary.proposed, before: true }]);
    expect((await ok('audit --json')).json()).toEqual(story);
  });

  it('drops what was vetoed and says so', async () => {
    const { ok, file } = await planned();
    const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
    await ok('run --until-idle', 2);
    const { webhookId } = plan.items.find(({ decision }) => decision === 'propose') ?? {};
    await ok(`veto shop#shop#endpoint#${webhookId} --reason "still needed"`);
    const { accounts } = (await ok('apply plan.json --json', 3)).json<Applied>();
    expect(accounts).toMatchObject([
      { dropped: [{ webhookId, why: expect.stringContaining('vetoed') }], taken: plan.summary.proposed - 1 },
    ]);
  });

  const wider = (plan: Plan): Plan => ({
    ...plan,
    items: plan.items.map((item) => ({ ...item, decision: 'propose' as const })),
  });
  it.each<[string, (plan: Plan) => Plan, boolean, string]>([
    ['edited', (plan) => ({ ...plan, createdAt: new Date().toISOString() }), false, 'altered'],
    ['widened and signed again', wider, true, 'altered'],
    ['made for another account', (plan) => ({ ...plan, accounts: [] }), true, 'altered'],
    ['of another policy', (plan) => ({ ...plan, policy: 'sha256:0' }), true, 'policy-changed'],
    [
      'eight days old',
      (plan) => ({ ...plan, createdAt: new Date(Date.now() - 8 * 86_400_000).toISOString() }),
      true,
      'lapsed',
    ],
  ])('refuses a plan that is %s', async (_name, change, sign, code) => {
    const { edit, apply, ok } = await planned();
    edit(change, sign);
    expect(await apply()).toEqual({ code: 4, error: code });
    expect((await ok('audit --json')).json()).toEqual({ records: [] });
  });

  it.each([
    ['', 'no JSON'],
    ['null', 'null'],
    ['[]', 'a list'],
    ['{"version":2,"digest":"x"}', 'another version'],
    ['{"version":1}', 'empty'],
    ['\u0000\u0001', 'binary'],
  ])('says that %j is no plan (%s), with the file and what to do', async (content) => {
    const { file, hooksweep } = await planned();
    writeFileSync(file, content);
    const { code, json } = await hooksweep('apply plan.json --json');
    expect({ code, ...json<Failed>() }).toMatchObject({ code: 1, error: { code: 'not-a-plan', file: 'plan.json' } });
    expect(json<Failed>().error.hint).toContain('hooksweep scan --out');
  });

  it('names a file that is not there, and a folder', async () => {
    const { hooksweep } = await planned();
    for (const file of ['none.json', '.']) {
      const { code, json } = await hooksweep(`apply ${file} --json`);
      expect({ code, ...json<Failed>() }).toMatchObject({ code: 1, error: { code: 'unreadable', file } });
    }
  });

  it('is refused while stopped, and on production without --yes', async () => {
    const { apply, ok } = await planned({ environment: 'production' });
    expect(await apply()).toEqual({ code: 4, error: 'needs-yes' });
    await ok('stop');
    expect(await apply('--yes')).toEqual({ code: 4, error: 'stopped' });
    await ok('start');
    expect(await apply('--yes')).toEqual({ code: 0, error: undefined });
  });
});
