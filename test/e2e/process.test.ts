import { describe, expect, it } from 'vitest';
import { type AuditDocument, mutating, shop } from './workplace.ts';

describe('Ctrl-C', () => {
  it('lets the call under way end on Ctrl-C, keeps the story, and carries on with the next run', async () => {
    const { provider, hooksweep, ok } = await shop({ latencyMs: 30 });
    const interrupt = new AbortController();
    const interval = setInterval(() => {
      if (mutating(provider).length > 0) interrupt.abort();
    }, 5);
    const ran = await hooksweep('run --approve', interrupt.signal).finally(() => clearInterval(interval));
    expect(ran.code).toBe(130);
    await ok('run --until-idle --approve');
    const { records } = (await ok('audit --json')).json<AuditDocument>();
    for (const { webhookId, state } of records)
      expect([webhookId, state]).toEqual([webhookId, provider.state.has(webhookId) ? 'kept' : 'deleted']);
    expect((await ok('audit verify --json')).json()).toMatchObject({ broken: [] });
  });
});

describe('a folder', () => {
  it('is run by one process at a time, and other commands work beside it', async () => {
    const { provider, hooksweep, ok } = await shop();
    const interrupt = new AbortController();
    const running = hooksweep('run', interrupt.signal);
    while (!provider.requests.length) await new Promise((resolve) => setTimeout(resolve, 10));
    const second = await hooksweep('run --until-idle --json');
    expect({ code: second.code, ...second.json() }).toMatchObject({ code: 1, error: { code: 'folder-in-use' } });
    await hooksweep('scan --out plan.json');
    const applied = await ok('apply plan.json --json');
    expect(applied.json()).toMatchObject({ running: true });
    while (mutating(provider).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    interrupt.abort();
    expect((await running).code).toBe(130);
  });
});
