import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleForLambda } from '../../infra/build.ts';
import { unmatched } from '../../infra/lambda/trim.ts';
import { onLoopback } from '../loopback.ts';
import { temporaryFolder } from './folder.ts';

const bundled = bundleForLambda('calls', fileURLToPath(new URL('sdk-calls.ts', import.meta.url)));

/** The calls as a function would make them: in a bundle that is trimmed as a function's is. */
const calls = async (): Promise<typeof import('./sdk-calls.ts')> => {
  const folder = join(temporaryFolder(), 'task');
  mkdirSync(folder);
  const { outputFiles } = await bundled;
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  return import(/* @vite-ignore */ pathToFileURL(join(folder, 'index.mjs')).href);
};

type Seen = { target: string; authorization: string; body: string };
type Reply = { status: number; body: object };

/** An endpoint that answers with these, one after the other. */
const endpoint = async (replies: readonly Reply[]): Promise<Seen[]> => {
  const seen: Seen[] = [];
  const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '');
  const server = createServer(async (request, response) => {
    const [target, authorization] = [header(request, 'x-amz-target'), header(request, 'authorization')];
    seen.push({ target, authorization, body: await text(request) });
    const { status, body } = replies[seen.length - 1] ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  vi.stubEnv('AWS_ENDPOINT_URL', await onLoopback(server));
  return seen;
};

const failing = (name: string): Reply => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'because' },
});

const environment = {
  ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' },
  ...{ AWS_SESSION_TOKEN: 'token', AWS_PROFILE: undefined, AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined },
};

beforeEach(() => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

describe('a trimmed client', () => {
  it('signs with the credentials and the region of the environment', async () => {
    const [seen, { put }] = [await endpoint([{ status: 200, body: {} }]), await calls()];
    await put();
    expect(seen.map(({ target }) => target)).toEqual(['DynamoDB_20120810.PutItem']);
    expect(seen[0]?.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/);
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ Item: { pk: { S: 'webhook#1' }, n: { N: '1' } } });
  });

  it('names an error as the service does, and does not try it again', async () => {
    const [seen, { put }] = [await endpoint([failing('ConditionalCheckFailedException')]), await calls()];
    const error = { name: 'ConditionalCheckFailedException', message: 'because', $fault: 'client' };
    await expect(put()).rejects.toMatchObject(error);
    expect(seen).toHaveLength(1);
  });

  it('tries again what is throttled, or fails at the service', async () => {
    const replies = [failing('ThrottlingException'), { status: 503, body: {} }, { status: 200, body: {} }];
    const [seen, { put }] = [await endpoint(replies), await calls()];
    await expect(put()).resolves.toMatchObject({ $metadata: { attempts: 3 } });
    expect(seen).toHaveLength(3);
  });

  it('sends text that is not ASCII whole, and believes no answer about another', async () => {
    const answer = (message: string): Reply => {
      const MD5OfMessageBody = createHash('md5').update(message).digest('hex');
      return { status: 200, body: { MessageId: '1', MD5OfMessageBody } };
    };
    const [seen, { send }] = [await endpoint([answer('tést'), answer('test')]), await calls()];
    expect(await send('tést')).toMatchObject({ MessageId: '1' });
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ MessageBody: 'tést' });
    await expect(send('tést')).rejects.toThrow(/Checksum/);
  });
});

describe('credentials of a function', () => {
  it('come from the address that Lambda names where the environment holds none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const AccessKeyId = 'ASIAEXAMPLE';
    const body = { AccessKeyId, SecretAccessKey: 'y', Token: 't', Expiration: '2099-01-01T00:00:00Z' };
    await endpoint([{ status: 200, body }]);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${process.env.AWS_ENDPOINT_URL}/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'Basic abc');
    const { credentials } = await calls();
    expect(await credentials()).toMatchObject({ accessKeyId: AccessKeyId, sessionToken: 't' });
  });

  it('are an error that says what is missing where there are none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const { credentials } = await calls();
    await expect(credentials()).rejects.toThrow(/environment variable credentials/);
  });
});

describe('what is left out', () => {
  it('is looked for at each build, so that an upgrade cannot bring it back unseen', async () => {
    const { metafile } = await bundled;
    expect(unmatched([metafile])).toEqual([]);
    const inputs = Object.entries(metafile.inputs).filter(([path]) => !path.includes('defaultProvider'));
    expect(unmatched([{ ...metafile, inputs: Object.fromEntries(inputs) }])).toEqual([
      expect.stringContaining('credential-provider-node'),
    ]);
  });
});
