import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { buildApp } from 'fauxqs';
import { onTestFinished } from 'vitest';
import { onLoopback } from '../loopback.ts';
import { type CloudFormation, cloudFormation, type Objects, type RefusedError } from './cloudformation.ts';
import { errorXml, resultXml } from './xml.ts';

type Request = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };
type Reply = { status: number; headers: Record<string, string>; body: string | Buffer };

/** One AWS account at one endpoint: CloudFormation here, S3 and STS by fauxqs, and of Lambda and ECR that nothing is there. */
export type Account = Pick<CloudFormation, 'resources' | 'stacks'> & {
  url: string;
  /** Every CloudFormation action, in order. */
  actions: string[];
  read: Objects['read'];
};

const xml = (status: number, body: string): Reply => ({ status, headers: { 'content-type': 'text/xml' }, body });
const json = (status: number, type: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message }),
});

const readRequest = async (message: IncomingMessage): Promise<Request> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const { method = 'GET', url = '/', headers } = message;
  return { method, url, headers, body: Buffer.concat(chunks) };
};

const cloudFormationVersion = '2010-05-15';

export const account = async (): Promise<Account> => {
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1' });
  const ask = async ({ method, url, headers, body }: Request): Promise<Reply> => {
    const answer = await app.inject({ method: method as 'GET', url, headers, payload: body });
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: answer.rawPayload };
  };
  const s3 = (method: string, url: string) =>
    ask({ method, url, headers: { host: '127.0.0.1' }, body: Buffer.alloc(0) });
  const objects: Objects = {
    createBucket: async (name) => void (await s3('PUT', `/${name}`)),
    deleteBucket: async (name) => (await s3('DELETE', `/${name}`)).status < 300,
    read: async (bucket, key) => {
      const { status, body } = await s3('GET', `/${bucket}/${key}`);
      return status === 200 ? Buffer.from(body) : null;
    },
  };
  const { stacks, resources, act } = cloudFormation(objects);
  const actions: string[] = [];

  const answer = async (request: Request): Promise<Reply> => {
    const form = new URLSearchParams(request.body.toString('latin1'));
    if (form.get('Version') === cloudFormationVersion) {
      const action = form.get('Action') ?? '';
      actions.push(action);
      try {
        return xml(200, resultXml(action, await act(action, new URLSearchParams(request.body.toString('utf8')))));
      } catch (error) {
        const { code = 'InternalFailure', message } = error as RefusedError;
        return xml(400, errorXml(code, message));
      }
    }
    if (request.url.startsWith('/2015-03-31/functions/')) return json(404, 'ResourceNotFoundException', 'no function');
    if (/ContainerRegistry/.test(String(request.headers['x-amz-target'])))
      return json(400, 'RepositoryNotFoundException', 'no repository');
    return ask(request);
  };

  const server = createServer(async (message, response) => {
    const { status, headers, body } = await answer(await readRequest(message));
    const { 'transfer-encoding': _, connection: __, ...rest } = headers;
    response.writeHead(status, rest).end(body);
  });
  onTestFinished(async () => {
    await app.close();
    await setImmediate();
  });
  const url = await onLoopback(server);
  return { url, stacks, resources, actions, read: objects.read };
};
