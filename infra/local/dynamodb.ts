import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { identityPath, isAuthorized, proofOf } from './identity.ts';

export type LocalServer = { endpoint: string; close(): Promise<void> };

/** Requests under way are a few milliseconds from their end when the stack closes. */
const closeGraceMs = 1000;

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
};

/**
 * Reads the body before dynalite sees the request: it throws outside of any handler when a client goes away half-way,
 * which would end this process.
 */
const guarded =
  (serve: RequestListener, token: string): RequestListener =>
  (request, response) => {
    if (request.url === identityPath) return answer(response, 200, { proof: proofOf(token) });
    if (!isAuthorized(request.headers, token)) {
      return answer(response, 403, { __type: 'AccessDeniedException', message: 'not the access key of this stack' });
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const { headers, method, url } = request;
      const whole = Object.assign(Readable.from(chunks), { headers, method, url });
      serve(whole as unknown as IncomingMessage & { req: IncomingMessage }, response as never);
    });
  };

/** DynamoDB on a free port of 127.0.0.1, kept in the folder, or in memory where there is none. */
export const startDynamodb = async (folder: string | null, token: string): Promise<LocalServer> => {
  const instant = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const server = dynalite(folder === null ? instant : { ...instant, path: folder });
  const [serve] = server.listeners('request') as RequestListener[];
  if (!serve) throw new Error('dynalite serves no requests');
  server.removeAllListeners('request');
  server.on('request', guarded(serve, token));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        const impatient = setTimeout(() => server.closeAllConnections(), closeGraceMs);
        server.close((error) => {
          clearTimeout(impatient);
          return error ? reject(error) : resolve();
        });
      }),
  };
};
