import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../lib/notices/notice.ts';
import { hook, populate, production, shop, tunnel } from './workplace.ts';

const notify = { sns: 'arn:aws:sns:eu-central-1:123456789012:hooksweep' };

describe('notices of a run on this machine', () => {
  it('are kept in its folder and shown; the period begins with them', async () => {
    const { provider, folder, env, ok } = await shop({}, { notify, lifecycle: { notice: '1s', observe: '1s' } });
    populate(provider, [hook('1', production), hook('2', tunnel(2))]);
    const ran = await ok('run --until-idle --approve');
    expect(provider.state.has('2')).toBe(false);
    const file = join(folder, '.hooksweep', 'notices.jsonl');
    const text = readFileSync(file, 'utf8');
    const notices = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Notice);
    const told = notices.flatMap(({ sections }) => sections.map(({ section }) => section));
    expect(told).toContain('announced');
    expect(told).toContain('deleted');
    expect(ran.stderr).toContain(notices.at(-1)?.subject);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(env.SHOP_KEY);
    const { records } = (await ok('audit --json')).json<{ records: { history: { event: string; at: string }[] }[] }>();
    const at = (event: string) => Date.parse(records[0]?.history.find((entry) => entry.event === event)?.at ?? '');
    expect(at('disabling') - at('announced')).toBeGreaterThanOrEqual(1000);
  });
});
