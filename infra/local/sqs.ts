import { buildApp } from 'fauxqs';
import type { LocalServer } from './dynamodb.ts';
import { isAuthorized } from './identity.ts';
import { localAccount, localRegion } from './template.ts';

export const queueUrlAt = (endpoint: string, name: string): string => `${endpoint}/${localAccount}/${name}`;

/** fauxqs names its queues under `localhost`, which not every machine resolves below a subdomain. */
const ownUrl = (endpoint: string, url: string): string =>
  queueUrlAt(endpoint, new URL(url).pathname.split('/').at(-1) ?? '');

type QueueAnswer = { QueueUrl?: string; QueueUrls?: string[] } | null | undefined;

/**
 * SQS on a free port of 127.0.0.1, in memory: what is queued can always be sent again from the table.
 * Hands out one message per group and receive.
 */
export const startSqs = async (token: string): Promise<LocalServer> => {
  const app = buildApp({ logger: false, defaultRegion: localRegion });
  let endpoint = '';
  app.addHook('onRequest', async (request, reply) => {
    if (isAuthorized(request.headers, token)) return;
    return reply.status(403).send({ __type: 'AccessDenied', message: 'not the access key of this stack' });
  });
  app.addHook('preSerialization', async (_request, _reply, payload: QueueAnswer) => {
    if (payload?.QueueUrl) return { ...payload, QueueUrl: ownUrl(endpoint, payload.QueueUrl) };
    if (payload?.QueueUrls) return { ...payload, QueueUrls: payload.QueueUrls.map((url) => ownUrl(endpoint, url)) };
    return payload;
  });
  endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  return { endpoint, close: () => app.close() };
};
