import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type SignedFor, signature } from '../../lib/caller/sign.ts';

/** Somebody with one access key, and the functions that they may invoke. */
export type Person = { key: string; secret: string; arn: string; may: readonly string[] };

export const alice: Person = {
  key: 'AKIAALICE00000000000',
  secret: 'secret-of-alice',
  arn: 'arn:aws:sts::123456789012:assumed-role/ops/alice',
  may: ['audit', 'control', 'enqueue'],
};

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const authorization =
  /Credential=(\w+)\/(\d+)\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)/;

/** Who signed, as AWS checks it: over the headers that came, with the secret of the key; null where it does not fit. */
export const signerOf = (request: IncomingMessage, body: string, people: readonly Person[]): Person | null => {
  const [, key, day, region, service, names = '', signed] =
    authorization.exec(request.headers.authorization ?? '') ?? [];
  const person = people.find((one) => one.key === key);
  const date = String(request.headers['x-amz-date']);
  if (!person || !region || !service || date.slice(0, 8) !== day) return null;
  const headers = Object.fromEntries(names.split(';').map((name) => [name, String(request.headers[name])]));
  const to: SignedFor = { region, service, date };
  return signature(person.secret, { path: request.url ?? '/', headers, body }, to) === signed ? person : null;
};

/** STS on loopback: tells by its signature whose request it is. Ends with the test. */
export const startSts = async (people: readonly Person[] = [alice]) => {
  const self = { url: '', down: false, asked: 0 };
  const server = createServer(async (request, response) => {
    self.asked += 1;
    if (self.down) return void request.socket.destroy();
    const body = await bodyOf(request);
    const person = body === 'Action=GetCallerIdentity&Version=2011-06-15' ? signerOf(request, body, people) : null;
    if (person) response.end(`<GetCallerIdentityResult><Arn>${person.arn}</Arn></GetCallerIdentityResult>`);
    else response.writeHead(403).end('<Code>SignatureDoesNotMatch</Code><Arn>arn:aws:sts::123456789012:root</Arn>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await setImmediate();
  });
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
};
