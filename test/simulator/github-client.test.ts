import { setImmediate } from 'node:timers/promises';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { githubAppCredentials } from '../../lib/simulator/github-app.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const start = async (options: SimulatorOptions = {}, auth: object = {}) => {
  const simulator = await startSimulator('github', options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const given = { baseUrl: simulator.url, auth: simulator.credentials.token, log: quiet, ...auth };
  return { simulator, octokit: new Octokit(given) };
};
const place = { owner: 'sari-sari-demo', repo: 'checkout' };

describe("GitHub's own client", () => {
  it('finds the repositories and all their webhooks, page by page', async () => {
    const { simulator, octokit } = await start({ webhooks: 150 });
    const { repos, orgs } = octokit.rest;
    const repositories = await octokit.paginate(repos.listForOrg, { org: place.owner, per_page: 2 });
    const ids: number[] = [];
    for (const { full_name: name = '' } of repositories) {
      const repo = name.split('/')[1] ?? '';
      ids.push(
        ...(await octokit.paginate(repos.listWebhooks, { owner: place.owner, repo, per_page: 7 })).map(({ id }) => id),
      );
    }
    ids.push(...(await octokit.paginate(orgs.listWebhooks, { org: place.owner })).map(({ id }) => id));
    expect(ids.map(String).toSorted()).toEqual([...simulator.state.keys()].toSorted());
  });

  it('creates, switches off and deletes one', async () => {
    const { octokit } = await start();
    const { repos } = octokit.rest;
    const config = { url: 'https://example.com/x', content_type: 'json', secret: 's3' };
    const made = await repos.createWebhook({ ...place, config, events: ['push'] });
    expect([made.status, made.data.config?.secret]).toEqual([201, '********']);
    const at = { ...place, hook_id: made.data.id };
    expect((await repos.updateWebhook({ ...at, active: false })).data.active).toBe(false);
    expect((await repos.deleteWebhook(at)).status).toBe(204);
    await expect(repos.deleteWebhook(at)).rejects.toMatchObject({ status: 404 });
  });

  it('reads deliveries', async () => {
    const { octokit } = await start();
    const { data } = await octokit.rest.repos.listWebhookDeliveries({ ...place, hook_id: 410_000_102, per_page: 5 });
    expect(data.map(({ status_code: code }) => code)).toEqual([502, 502, 502, 502, 502]);
  });

  it.each([
    ['primary-limit', 403, 'x-ratelimit-remaining', '0'],
    ['secondary-limit', 403, 'retry-after', '30'],
    ['wrong-key', 401, 'x-github-request-id', undefined],
  ])('sees the fault %s as the real one', async (fault, status, header, value) => {
    const { octokit } = await start({ faults: [fault] });
    const seen = octokit.paginate(octokit.rest.repos.listWebhooks, place);
    const headers = value === undefined ? expect.anything() : expect.objectContaining({ [header]: value });
    await expect(seen).rejects.toMatchObject({ status, response: { headers } });
  });
});

describe("GitHub's own client as an app", () => {
  it('gets an installation token and works with it', async () => {
    const auth = { authStrategy: createAppAuth, auth: githubAppCredentials() };
    const { simulator, octokit } = await start({}, auth);
    const repositories = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, {});
    expect(repositories.length).toBe(4);
    expect((await octokit.paginate(octokit.rest.repos.listWebhooks, place)).length).toBe(7);
    expect(simulator.requests.filter(({ method }) => method === 'POST').length).toBe(1);
  });
});
