/**
 * What Lambda's Node runtime does, without what makes it faster: imports the handler, then asks for one event after the other.
 * Ends when there is nothing to ask any more, and must then find nothing that keeps the process alive.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API: address, AWS_LAMBDA_FUNCTION_NAME: functionName } = process.env;
const { LAMBDA_TASK_ROOT: root, _HANDLER: handlerName } = process.env;
const api = `http://${address}/2018-06-01/runtime`;

const errorOf = (error) => ({ errorType: error?.name ?? 'Error', errorMessage: String(error?.message ?? error) });

const post = async (path, content) => {
  const answer = await fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(content ?? null) });
  await answer.arrayBuffer();
};

const load = async () => {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(handlerName);
  const module = await import(pathToFileURL(join(root, `${file}.mjs`)));
  if (typeof module[name] !== 'function') throw new TypeError(`${file}.mjs exports no function ${name}`);
  return module[name];
};

const contextOf = (headers) => {
  const deadline = Number(headers.get('lambda-runtime-deadline-ms'));
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: headers.get('lambda-runtime-invoked-function-arn'),
    awsRequestId: headers.get('lambda-runtime-aws-request-id'),
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
};

const serve = async (handler, importMs) => {
  for (;;) {
    const next = await fetch(`${api}/invocation/next`, { headers: { 'test-import-ms': String(importMs) } });
    const event = await next.json();
    if (next.status !== 200) return;
    const context = contextOf(next.headers);
    const path = `invocation/${context.awsRequestId}`;
    try {
      await post(`${path}/response`, await handler(event, context));
    } catch (error) {
      await post(`${path}/error`, errorOf(error));
    }
  }
};

const began = performance.now();
try {
  const handler = await load();
  await serve(handler, performance.now() - began);
} catch (error) {
  await post('init/error', errorOf(error));
  process.exitCode = 1;
}
