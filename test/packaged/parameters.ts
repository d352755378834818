import { createServer } from 'node:http';
import { onLoopback } from '../loopback.ts';

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
  return { url: await onLoopback(server) };
};
