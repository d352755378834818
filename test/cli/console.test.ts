import { once } from 'node:events';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../console/desk.ts';
import { serveConsole } from '../console/opened.ts';
import { shop } from '../e2e/workplace.ts';

describe('console', () => {
  it('prints its address first, serves there alone, and ends on Ctrl-C with nothing left behind', async () => {
    const place = await shop();
    const { url, end } = await serveConsole(place);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/\?token=[0-9a-f]{32}$/);
    expect((await ask(url)).status).toBe(303);
    expect(await end()).toBe(130);
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await place.ok('status --json');
  });

  it('has a new address each time', async () => {
    const place = await shop();
    const urls: string[] = [];
    for (const _ of [1, 2]) {
      const { url, end } = await serveConsole(place);
      urls.push(url.replace(/:\d+\//, '/'));
      await end();
    }
    expect(new Set(urls).size).toBe(2);
  });

  it('says which port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      server.close();
      await setImmediate();
    });
    const { port } = server.address() as { port: number };
    const { code, json } = await (await shop()).hooksweep(`console --json --port ${port}`);
    expect({ code, ...json() }).toMatchObject({ code: 1, error: { code: 'port-in-use' } });
  });

  it('says what is wrong with the policy before it serves', async () => {
    const place = await shop({}, { environment: 'nowhere' });
    const { code, json } = await place.hooksweep('console --json');
    expect({ code, ...json() }).toMatchObject({ code: 1, error: { code: 'policy', line: expect.any(Number) } });
  });

  it('makes no folder by being looked at, and says that nothing is kept yet', async () => {
    const place = await shop();
    const { url, end } = await serveConsole(place);
    onTestFinished(async () => void (await end()));
    const answer = await ask(url);
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    const { text } = await ask(new URL('./', url).href, { headers: { cookie } });
    expect(text).toContain('No account was scanned here yet');
    const { existsSync } = await import('node:fs');
    expect(existsSync(`${place.folder}/.hooksweep`)).toBe(false);
  });

  it('shows no credential and no secret part of a URL', async () => {
    const place = await shop();
    const planted = 'planted-in-the-url-4711';
    const [first] = place.provider.state.keys();
    const webhook = place.provider.state.get(first ?? '');
    if (!webhook) throw new Error('the simulator has no webhook');
    place.provider.state.set(webhook.id, {
      ...webhook,
      url: `https://u:${planted}@q.ngrok-free.app/h?token=${planted}`,
      createdAt: '2020-01-01T00:00:00.000Z',
    });
    await place.ok('run --until-idle --json', 2);
    const { url, end } = await serveConsole(place);
    onTestFinished(async () => void (await end()));
    const cookie = String((await ask(url)).headers['set-cookie']).split(';')[0] ?? '';
    const texts: string[] = [];
    for (const path of [
      '',
      'webhooks',
      `webhook?record=shop%23shop%23endpoint%23${webhook.id}`,
      `veto?target=shop%23shop%23endpoint%23${webhook.id}`,
    ])
      texts.push((await ask(new URL(path, url).href.replace(/\?token=.*/, ''), { headers: { cookie } })).text);
    expect(texts.every((text) => text.includes('q.ngrok-free.app'))).toBe(true);
    expect(texts.join()).not.toContain(planted);
    expect(texts.join()).not.toContain(place.env.SHOP_KEY);
  });
});
