import { describe, expect, it } from 'vitest';
import { github } from '../../lib/providers/github.ts';
import { backup, canned, scope } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { simulatedAccount, webhooksOf } from './simulated-account.ts';

const at = 'https://api.github.com/repos/octo/shop/hooks';

describe('creating from a backup', () => {
  it('sends what the backup has, and no secret', async () => {
    const { calls, provider } = canned([answer(201, { id: 99 })]);
    expect(await provider.create(scope, backup)).toMatchObject({ kind: 'done', id: '99' });
    expect(calls).toMatchObject([{ method: 'POST', url: at }]);
    expect(calls[0]?.body).toEqual({
      name: 'web',
      active: false,
      events: ['pull_request', 'push'],
      config: { url: backup.url, content_type: 'json', insecure_ssl: '0' },
    });
  });

  it('brings a webhook back as it was, but for what is lost', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    const before = webhooksOf(await provider.list('sari-sari-demo/checkout'))[0];
    if (before === undefined) throw new Error('no webhook');
    await provider.delete('sari-sari-demo/checkout', before);
    const kept = { ...backup, url: before.url, events: before.events, settings: before.settings, enabled: true };
    const made = await provider.create('sari-sari-demo/checkout', kept);
    const after = webhooksOf(await provider.list('sari-sari-demo/checkout')).find(({ id }) => id === made.id);
    expect(after).toMatchObject({ url: before.url, events: before.events, enabled: true });
    expect(after?.settings).toEqual({ ...before.settings, signed: false });
    expect(simulator.state.size).toBe(12);
  });

  it('is refused for the 21st webhook of an event, and for one that is there', async () => {
    const { provider } = await simulatedAccount(github, { webhooks: 0 });
    const scopeName = 'sari-sari-demo/website';
    const outcomes = [];
    for (let index = 0; index < 21; index += 1)
      outcomes.push((await provider.create(scopeName, { ...backup, url: `https://a.example.com/${index}` })).kind);
    expect(outcomes).toEqual([...Array(20).fill('done'), 'refused']);
    expect(
      (await provider.create(scopeName, { ...backup, url: 'https://a.example.com/0', events: ['push'] })).kind,
    ).toBe('refused');
  });

  it('calls nobody where the URL is not whole', async () => {
    const { calls, provider } = canned([answer(201)]);
    expect((await provider.create(scope, { ...backup, urlRedacted: true })).kind).toBe('refused');
    expect((await provider.create(scope, { ...backup, url: null })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it('has no id where the answer has none that can be used', async () => {
    for (const json of [undefined, {}, { id: '../1' }, { id: null }, []])
      expect(await canned([answer(201, json)]).provider.create(scope, backup)).not.toHaveProperty('id');
  });
});
