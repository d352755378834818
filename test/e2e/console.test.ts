import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { verdictOf } from '../../lib/cli/why.ts';
import type { Why } from '../../lib/jobs/why.ts';
import { openConsole } from '../console/opened.ts';
import { openAddress, startBrowser } from '../report/browser.ts';
import { type AuditDocument, hook, mutating, populate, production, shop, tunnel, type Workplace } from './workplace.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** A browser, a console and a run in one process: on a busy machine that takes its time. */
const patienceMs = 120_000;

const desk = async (more: Record<string, unknown> = {}, whole: Record<string, unknown> = {}) => {
  const place = await shop({}, more, whole);
  populate(place.provider, [hook('1', production), hook('2', tunnel(2)), hook('3', tunnel(3)), hook('4', tunnel(4))]);
  await place.ok('run --until-idle --json', 2);
  const states = async () =>
    Object.fromEntries(
      (await place.ok('audit --json')).json<AuditDocument>().records.map(({ webhookId, state }) => [webhookId, state]),
    );
  return { ...place, states };
};

const unfinished = 'Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)';

/** Opens the console of a folder; neither page nor console may complain, but of forms that came back, or ask anybody else. */
const open = async (place: Workplace, formsBack = 0): Promise<Page> => {
  const { url, end, stderr } = await openConsole(place);
  const { page, context, complaints, requests } = await openAddress(browser, url, (asked) =>
    asked.startsWith(`${new URL(url).origin}/`),
  );
  onTestFinished(async () => {
    await context.close();
    expect(await end()).toBe(130);
    expect({ complaints, requests }).toEqual({ complaints: Array(formsBack).fill(unfinished), requests: [] });
    expect(stderr()).not.toContain('warning');
  });
  return page;
};

/** `hooksweep run`, until the test ends. */
const startRun = (place: Workplace): void => {
  const ending = new AbortController();
  const running = place.hooksweep('run --json', ending.signal);
  onTestFinished(async () => {
    ending.abort();
    expect((await running).code).toBe(130);
  });
};

const home = (page: Page) => page.getByRole('link', { name: 'Overview', exact: true }).click();

const act = async (page: Page, name: string, about: string, reason: string, word = ''): Promise<string> => {
  await page.getByRole('link', { name: `${name} ${about}`, exact: true }).click();
  await page.getByLabel('Your reason').fill(reason);
  if (word !== '') await page.getByLabel('This is production').fill(word);
  await page.locator('form button').click();
  const said = await page.locator('.said').innerText();
  await home(page);
  return said;
};

const live = (page: Page, name: string, text: string) =>
  page.locator(`[data-live="${name}"]`, { hasText: text }).waitFor({ timeout: patienceMs });

describe('hooksweep console', { timeout: patienceMs }, () => {
  it('lets one go, keeps another, and shows how the work goes on while it is open', async () => {
    const place = await desk();
    const page = await open(place);
    expect(await act(page, 'Veto', tunnel(3), 'partner uses it')).toContain('vetoed, now kept');
    expect(await act(page, 'Approve', tunnel(2), 'ticket 42')).toMatch(/approved[\s\S]*Next: hooksweep run/);
    expect(mutating(place.provider)).toEqual([]);
    await page.evaluate('window.sameAsBefore = true');
    startRun(place);
    await live(page, 'rest', 'is at work');
    await live(page, 'deleted', tunnel(2));
    expect(await page.evaluate('window.sameAsBefore')).toBe(true);
    expect(await page.locator('#live').textContent()).toMatch(/^Brought up to date at /);
    expect([...place.provider.state.keys()]).toEqual(['1', '3', '4']);

    await page.getByRole('link', { name: tunnel(2), exact: true }).click();
    const story = await page.locator('.story').innerText();
    expect(story).toMatch(/proposed[\s\S]*ticket 42[\s\S]*os:[\s\S]*deleted/);
    expect(await page.locator('[data-live="backup"]').innerText()).toContain(tunnel(2));
    expect(await page.locator('main').innerText()).toContain('chained without a gap');

    await home(page);
    expect(await act(page, 'Restore', tunnel(2), 'it was needed')).toContain('is being created from its backup');
    await live(page, 'deleted', 'Nothing was deleted');
    await live(page, 'under-way', 'Nothing is under way');
    expect([...place.provider.state.values()].map(({ url }) => url)).toContain(tunnel(2));
    expect(
      (await place.ok('audit --json --state kept')).json<AuditDocument>().records[0]?.history.at(-1),
    ).toMatchObject({
      detail: 'vetoed: partner uses it',
      actor: expect.stringMatching(/^os:/),
    });
    await place.ok('audit verify');
  });

  it('stops everything at once, refuses an approval then, and starts again', async () => {
    const place = await desk();
    const page = await open(place);
    await page.getByRole('link', { name: 'Stop everything' }).click();
    await page.getByLabel('Your reason').fill('incident 42');
    await page.getByRole('button', { name: 'Stop everything' }).click();
    await home(page);
    expect(await page.locator('.alarm').innerText()).toMatch(/Everything is stopped[\s\S]*incident 42/);
    expect((await place.ok('status --json')).json()).toMatchObject({ stopped: { reason: 'incident 42' } });
    expect(await act(page, 'Approve', tunnel(2), 'ticket 42')).toContain('stopped by');
    expect(await place.states()).toMatchObject({ 2: 'proposed' });
    await page.locator('.alarm a.start').click();
    await page.getByLabel('Your reason').fill('it is over');
    await page.getByRole('button', { name: 'Start everything' }).click();
    expect((await place.ok('status --json')).json()).toMatchObject({ stopped: null });
  });

  it('approves a whole plan on production only for somebody who types the account', async () => {
    const place = await desk({ environment: 'production' });
    const page = await open(place);
    expect(await act(page, 'Approve all 3', 'of shop', 'ticket 42', 'shop')).toContain('3 of 3 under way at shop');
    expect(await place.states()).toEqual({ 2: 'approved', 3: 'approved', 4: 'approved' });
  });

  it('brings a webhook with a secret in its URL back by a reference, and neither keeps nor shows the secret', async () => {
    const place = await desk();
    const secret = 'planted-4711-in-the-url';
    const whole = `${tunnel(5)}?token=${secret}`;
    populate(place.provider, [hook('1', production), hook('5', whole)]);
    await place.ok('scan --accept-shrink', 2);
    await place.ok('run --until-idle --approve');
    place.env.HOOK_URL = whole;
    const page = await open(place, 1);
    const shown: string[] = [];
    await page.locator('[data-live="deleted"] a.restore').click();
    await page.getByLabel('url: where the whole URL stands').fill(whole);
    await page.getByLabel('Your reason').fill('it was needed');
    await page.locator('form button').click();
    expect(await page.locator('.problem').innerText()).toContain('This is no reference');
    expect(await page.getByLabel('Your reason').inputValue()).toBe('it was needed');
    shown.push(await page.content());
    await page.getByLabel('url: where the whole URL stands').fill('env:HOOK_URL');
    await page.locator('form button').click();
    expect(await page.locator('.said').innerText()).toContain('is being created from its backup');
    shown.push(await page.content());
    await place.ok('run --until-idle');
    expect([...place.provider.state.values()].map(({ url }) => url)).toContain(whole);
    expect(shown.join()).not.toContain(secret);
    expect((await place.ok('audit --json --history')).stdout).not.toContain(secret);
    await place.ok('audit verify');
  });

  it('says of any webhook why it stays or goes, as the command does, and calls no provider but to list', async () => {
    const place = await desk();
    const page = await open(place);
    await page.getByRole('link', { name: 'Ask why' }).click();
    await page.getByLabel('Id at the provider').fill('1');
    await page.getByRole('button', { name: 'Ask' }).click();
    const told = (await place.ok('why --account shop --webhook 1 --json')).json<Why>();
    const cells = async (caption: string) =>
      page
        .locator('table', { hasText: caption })
        .locator('tbody tr')
        .evaluateAll((rows) => rows.map((row) => [row.children[0]?.textContent, row.children[2]?.textContent]));
    expect(await cells('Guards')).toEqual(told.guards.map(({ guard, holds }) => [guard, holds ? 'holds' : 'no']));
    expect(await cells('Rules')).toEqual(told.rules.map((rule) => [rule.rule, verdictOf(rule)]));
    expect(await page.locator('main').innerText()).toContain('Nothing is kept of it');
    await home(page);
    await page.getByRole('link', { name: tunnel(2), exact: true }).click();
    await page.getByRole('link', { name: `Why ${tunnel(2)}` }).click();
    expect(await cells('Rules')).toContainEqual(['test', 'matches']);
    expect(mutating(place.provider)).toEqual([]);
  });

  it('sends one away by hand, and puts another in the place of a third', async () => {
    const place = await desk();
    const page = await open(place);
    const why = async (id: string, link: string) => {
      await page.getByRole('link', { name: 'Ask why' }).click();
      await page.getByLabel('Id at the provider').fill(id);
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.getByRole('link', { name: link }).click();
    };
    await why('1', `Send away ${production}`);
    await page.getByLabel('How far it goes').selectOption({ label: 'Switch it off and delete it, unwatched' });
    await page.getByLabel('Your reason').fill('shop is closed');
    await page.getByRole('button', { name: `Send away ${production}` }).click();
    expect(await page.locator('.said').innerText()).toContain('shop#shop#endpoint#1 is approved');
    expect(mutating(place.provider)).toEqual([]);

    const whole = 'https://hooks.example.com/new?token=planted-4711';
    await why('2', `Replace ${tunnel(2)}`);
    await page.getByLabel('Where the new one delivers').fill(whole);
    await page.getByLabel('Your reason').fill('new host');
    await page.getByRole('button', { name: `Replace ${tunnel(2)}` }).click();
    const said = await page.locator('.said').innerText();
    expect(said).toMatch(/is created and listed[\s\S]*shop#shop#endpoint#2 is approved/);
    expect(said).not.toContain('planted');
    expect([...place.provider.state.values()].map(({ url }) => url)).toContain(whole);

    await place.ok('run --until-idle', 2);
    expect(await place.states()).toMatchObject({ 1: 'deleted', 2: 'deleted', 3: 'proposed' });
    const told = await place.ok('audit --json --history');
    expect(told.stdout).toMatch(/enqueued by hand: shop is closed/);
    expect(told.stdout).not.toContain('planted');
    await place.ok('audit verify');
  });

  it('leaves the folder to others between two looks, and follows a change of the policy', async () => {
    const place = await desk();
    const page = await open(place);
    await place.ok('stop --reason elsewhere');
    await page.reload();
    expect(await page.locator('.alarm').innerText()).toContain('elsewhere');
    await place.ok('start --reason elsewhere');
    await place.ok('run --until-idle --json', 2);
    const file = join(place.folder, 'hooksweep.yml');
    const before = await readFile(file, 'utf8');
    await writeFile(file, before.replace('"version":1', '"version":1,"mood":"odd"'));
    const answer = await page.request.get(page.url());
    expect([answer.status(), await answer.text()]).toEqual([400, expect.stringMatching(/did not work[\s\S]*mood/)]);
    await writeFile(file, before);
    await page.reload();
    expect(await page.locator('h1').innerText()).toBe('Overview');
  });
});
