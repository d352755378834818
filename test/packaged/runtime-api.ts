import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localAccount, localRegion } from '../../infra/local/template.ts';

/** What an invocation came to. */
export type Answer =
  | { status: 'ok'; value: unknown }
  | { status: 'error'; errorType: string; errorMessage: string; during: 'init' | 'invoke' };

/** The value of an invocation that must not fail. */
export const answered = <T>(answer: Answer): T => {
  if (answer.status === 'error') throw new Error(`${answer.during}: ${answer.errorType}: ${answer.errorMessage}`);
  return answer.value as T;
};

type Invocation = { id: string; event: unknown; timeoutMs: number; settle: (answer: Answer) => void };

/** Lambda's Runtime API for one instance of one function: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export type RuntimeApi = {
  /** As AWS_LAMBDA_RUNTIME_API holds it. */
  address: string;
  /** Milliseconds that importing the handler took; null before the first question for work. */
  importMs(): number | null;
  /** One at a time, as Lambda does. */
  invoke(event: unknown, timeoutMs: number): Promise<Answer>;
  /** There is no more work: the next question for it is told so. */
  drain(): void;
  /** The process is gone: what it was at has failed, and so has all that comes. */
  close(exitCode: number | null): Promise<void>;
};

const prefix = '/2018-06-01/runtime';

const textOf = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const hand = (response: ServerResponse, functionName: string, { id, event, timeoutMs }: Invocation): void => {
  send(response, 200, event, {
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
    'lambda-runtime-invoked-function-arn': `arn:aws:lambda:${localRegion}:${localAccount}:function:${functionName}`,
    'lambda-runtime-trace-id': `Root=1-${id.slice(0, 8)}-${id.replaceAll('-', '').slice(8)};Sampled=0`,
  });
};

export const startRuntimeApi = async (functionName: string): Promise<RuntimeApi> => {
  let importMs: number | null = null;
  let current: Invocation | null = null;
  let asking: ServerResponse | null = null;
  let gone: Answer | null = null;
  let drained = false;

  const match = () => {
    if (current && gone) return void settle(current.id, gone);
    if (asking === null || (current === null && !drained)) return;
    if (current) hand(asking, functionName, current);
    else send(asking, 410, { errorType: 'NoMoreWork' });
    asking = null;
  };

  const settle = (id: string, answer: Answer): boolean => {
    if (current?.id !== id) return false;
    current.settle(answer);
    current = null;
    return true;
  };

  const server = createServer(async (message, response) => {
    const path = message.url?.slice(prefix.length) ?? '';
    if (message.method === 'GET' && path === '/invocation/next') {
      importMs = Number(message.headers['test-import-ms']);
      asking = response;
      return match();
    }
    const value = JSON.parse(await textOf(message));
    if (path === '/init/error') {
      gone = { status: 'error', during: 'init', ...value };
      send(response, 202, { status: 'OK' });
      return match();
    }
    const [, id = '', what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const answer: Answer = what === 'error' ? { status: 'error', during: 'invoke', ...value } : { status: 'ok', value };
    const known = what !== undefined && settle(id, answer);
    send(response, known ? 202 : 400, known ? { status: 'OK' } : { errorType: 'InvalidRequestID' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    importMs: () => importMs,
    invoke(event, timeoutMs) {
      if (current) throw new Error('an instance works one event at a time');
      return new Promise((resolve) => {
        current = { id: randomUUID(), event, timeoutMs, settle: resolve };
        match();
      });
    },
    drain() {
      drained = true;
      match();
    },
    close(exitCode) {
      gone ??= {
        status: 'error',
        during: 'invoke',
        errorType: 'Runtime.ExitError',
        errorMessage: `exit code ${exitCode}`,
      };
      match();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      });
    },
  };
};
