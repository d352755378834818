import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { onLoopback } from '../loopback.ts';

export type FrontRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
type Reply = { status: number; body: string };
/** Lets a request through, changed or not, or answers in place of the server. */
export type Intercept = (request: FrontRequest) => FrontRequest | Reply;

/** Stands before a server on 127.0.0.1, keeps what passes, and ends with the test. */
export type Front = { url: string; seen: FrontRequest[]; intercept: Intercept };

const hopByHop = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

const passed = (headers: IncomingHttpHeaders | Headers): Record<string, string> => {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (hopByHop.includes(name) || !value ? [] : [[name, String(value)]])),
  );
};

const readRequest = async (message: IncomingMessage): Promise<FrontRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const { method = 'GET', url: path = '/', headers } = message;
  return { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
};

const forward = async (to: string, { method, path, headers, body }: FrontRequest, response: ServerResponse) => {
  const sent = body === '' ? {} : { body };
  const answer = await fetch(to + path, { method, headers: passed(headers), redirect: 'manual', ...sent });
  response.writeHead(answer.status, passed(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
};

export const front = async (to: string, intercept: Intercept = (request) => request): Promise<Front> => {
  const self: Front = { url: '', seen: [], intercept };
  const server = createServer(async (message, response) => {
    const request = await readRequest(message);
    self.seen.push(request);
    const next = self.intercept(request);
    if ('status' in next) response.writeHead(next.status, { 'content-type': 'application/json' }).end(next.body);
    else await forward(to, next, response).catch(() => response.destroy());
  });
  self.url = await onLoopback(server);
  return self;
};
