import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import schemas from '../fixtures/github-schemas.json' with { type: 'json' };
import { callable } from './started.ts';

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats.default(ajv);

const owner = 'sari-sari-demo';
const repository = `/repos/${owner}/checkout/hooks`;
const organisation = `/orgs/${owner}/hooks`;
const first = `${repository}/410000101`;

type Request = readonly [name: keyof typeof schemas, method: string, path: string, body?: unknown];

/** Each answer of which there is a schema, and the request for it. */
const requests: readonly Request[] = [
  ['GET /repos/{owner}/{repo}/hooks', 'GET', repository],
  ['GET /orgs/{org}/hooks', 'GET', organisation],
  ['GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', 'GET', `${first}/deliveries`],
  ['PATCH /repos/{owner}/{repo}/hooks/{hook_id}', 'PATCH', first, { active: false }],
];

const open = async (options = {}) => {
  const { simulator, call } = await callable('github', { webhooks: 150, ...options });
  const headers = { authorization: `Bearer ${simulator.credentials.token}` };
  return (method: string, path: string, body?: unknown) => call(method, path, { headers, body });
};

const problems = (name: keyof typeof schemas, json: unknown): readonly string[] => {
  const validate = ajv.compile(schemas[name] as object);
  return validate(json) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

describe('the simulated GitHub answers as its OpenAPI description has it', () => {
  it.each(requests.map((request) => [request[0], request] as const))('%s', async (name, [, method, path, body]) => {
    const { status, json } = await (await open())(method, path, body);
    expect(status).toBe(200);
    expect(Array.isArray(json) ? json.length : 1).toBeGreaterThan(0);
    expect(problems(name, json)).toEqual([]);
  });

  it('also for a webhook that was just created, and for one that never delivered', async () => {
    const call = await open({ faults: ['no-deliveries'] });
    const config = { url: 'https://example.com/x', content_type: 'json', secret: 's3' };
    const { json } = await call('POST', repository, { config, events: ['push'] });
    expect(problems('PATCH /repos/{owner}/{repo}/hooks/{hook_id}', json)).toEqual([]);
    const { json: shown } = await call('GET', `${repository}/${json.id}`);
    expect(problems('PATCH /repos/{owner}/{repo}/hooks/{hook_id}', shown)).toEqual([]);
  });

  it('has a schema for each, and one that would notice', () => {
    expect(Object.keys(schemas).filter((name) => name !== 'source')).toEqual(requests.map(([name]) => name));
    for (const [name] of requests) expect(problems(name, [{ id: 'text' }])).not.toEqual([]);
  });
});
