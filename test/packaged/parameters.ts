import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Parameter Store with these values by name, on 127.0.0.1 until the test ends. Answers `GetParameter` alone. */
export const parameterStore = async (values: Readonly<Record<string, string>>): Promise<{ url: string }> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { Name, WithDecryption } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const asked = request.headers['x-amz-target'] === 'AmazonSSM.GetParameter' && WithDecryption === true;
    const value = asked ? values[Name] : undefined;
    const answer = value === undefined ? { __type: 'ParameterNotFound' } : { Parameter: { Name, Value: value } };
    response.writeHead(value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await setImmediate();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};
