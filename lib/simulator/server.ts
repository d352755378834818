import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Json } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { type ActiveFault, drawFaults, generalFaults, parseFault } from './faults.ts';
import { simulateGithub } from './github.ts';
import { simulateGitlab } from './gitlab.ts';
import { simulateModulus } from './modulus.ts';
import { simulateOmise } from './omise.ts';
import { seededRandom } from './random.ts';
import { simulateShopify } from './shopify.ts';
import { simulateSimpay } from './simpay.ts';
import type { Reply, Request, Setup, SimulatedWebhook, Simulation } from './simulation.ts';
import { simulateSpaaza } from './spaaza.ts';
import { simulateStripe } from './stripe.ts';

const simulations: Readonly<Record<string, (setup: Setup) => Simulation>> = {
  github: simulateGithub,
  gitlab: simulateGitlab,
  modulus: simulateModulus,
  omise: simulateOmise,
  shopify: simulateShopify,
  simpay: simulateSimpay,
  spaaza: simulateSpaaza,
  stripe: simulateStripe,
};

const credentialHeaders = [
  'authorization',
  'hmac',
  'private-token',
  'x-shopify-access-token',
  'x-spaaza-session-user-id',
  'x-spaaza-session-key',
];
const methodsThatRead = ['GET', 'HEAD'];

/** One request that arrived; `status` is null while it is unanswered and where the connection was broken. */
export type RequestLogEntry = {
  method: string;
  path: string;
  /** Without the leading question mark. */
  query: string;
  /** It was a request to change something, whatever came of it. */
  mutating: boolean;
  status: number | null;
  faults: readonly string[];
  /** Without those that carry a credential. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Credentials in it are the word REDACTED. */
  body: unknown;
};

export type SimulatorOptions = {
  /** 0 or absent: any free one. */
  port?: number;
  seed?: number;
  /** How many there are at the start. */
  webhooks?: number;
  /** As `parseFault` reads them. */
  faults?: readonly string[];
  latencyMs?: Ms;
  now?: () => Ms;
};

export type Simulator = {
  /** Without a trailing slash. */
  url: string;
  credentials: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Json>>;
  environment: 'sandbox';
  requests: readonly RequestLogEntry[];
  /** Live and by id: what a test reads and a stranger changes. */
  state: Map<string, SimulatedWebhook>;
  /** An id that the provider never gave before. */
  newId(): string;
  /** Replaces all faults. Throws naming the known ones where a name is unknown. */
  setFaults(faults: readonly string[]): void;
  /** Breaks what is under way; may be called again. */
  close(): Promise<void>;
};

const readRequest = async (message: IncomingMessage): Promise<Request> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  let body: unknown = text === '' ? undefined : text;
  if (/json/.test(message.headers['content-type'] ?? '')) {
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON: the provider sees the text and refuses it.
    }
  }
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://localhost');
  return { method: message.method ?? 'GET', path: pathname, query: searchParams, headers: message.headers, body };
};

/** A body is needed to break in; a `hang` without one never answers at all. */
const send = (response: ServerResponse, reply: Reply, wire: ActiveFault['fault']['wire']) => {
  const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
  const type = reply.json === undefined ? 'text/plain' : 'application/json';
  response.writeHead(reply.status, {
    ...(text === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    ...reply.headers,
  });
  if (wire === undefined || (wire === 'cut' && text === '')) return response.end(text);
  if (text === '') return;
  const half = text.slice(0, Math.ceil(text.length / 2));
  response.write(half, () => wire === 'cut' && response.destroy());
};

const answer = (simulation: Simulation, request: Request, drawn: readonly ActiveFault[], now: Ms): Reply => {
  const instead = drawn.find(({ fault }) => fault.instead)?.fault;
  const names = new Set(drawn.map(({ name }) => name));
  const first = instead?.instead?.(simulation, now) ?? simulation.handle(request, names);
  return drawn.reduce((reply, { fault }) => fault.after?.(reply, simulation) ?? reply, first);
};

/** The members of a body, with the values that are credentials hidden. */
const hidden = (body: unknown, { credentials }: Simulation): unknown => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const secrets = new Set<unknown>(Object.values(credentials));
  return Object.fromEntries(
    Object.entries(body).map(([name, member]) => [name, secrets.has(member) ? 'REDACTED' : member]),
  );
};

const open = (name: string, setup: Setup): Simulation => {
  const create = Object.hasOwn(simulations, name) ? simulations[name] : undefined;
  if (create === undefined)
    throw new Error(`no simulator for "${name}"; there are ${Object.keys(simulations).join(', ')}`);
  return create(setup);
};

/** Names and descriptions of the faults that the simulator of a provider knows. */
export const faultsOf = (provider: string): Readonly<Record<string, string>> => {
  const { quirks } = open(provider, { random: () => 0, now: () => 0, webhooks: 0 });
  return Object.fromEntries(
    Object.entries({ ...generalFaults, ...quirks }).map(([name, fault]) => [name, fault.about]),
  );
};

/** Serves a simulated provider on 127.0.0.1 until it is closed. Throws on an unknown provider or fault. */
export const startSimulator = async (provider: string, given: SimulatorOptions = {}): Promise<Simulator> => {
  const random = seededRandom(given.seed ?? 1);
  const now = given.now ?? Date.now;
  const simulation = open(provider, { random, now, webhooks: given.webhooks ?? 12 });
  const known = { ...generalFaults, ...simulation.quirks };
  const parse = (names: readonly string[]) => names.map((text) => parseFault(text, known));
  let active = parse(given.faults ?? []);
  const requests: RequestLogEntry[] = [];
  const closing = new AbortController();

  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(message);
    const mutating = simulation.mutates?.(request) ?? !methodsThatRead.includes(request.method);
    const drawn = drawFaults(active, { method: request.method, mutating }, random);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !credentialHeaders.includes(name)),
    );
    const faults = drawn.map(({ name }) => name);
    const entry: RequestLogEntry = {
      method: request.method,
      path: request.path,
      query: request.query.toString(),
      mutating,
      status: null,
      faults,
      headers,
      body: hidden(request.body, simulation),
    };
    requests.push(entry);
    const late = drawn.some(({ fault }) => fault.delay) ? (given.latencyMs ?? 200) : (given.latencyMs ?? 0);
    if (late > 0) await delay(late, undefined, { signal: closing.signal });
    const reply = answer(simulation, request, drawn, now());
    const wire = drawn.find(({ fault }) => fault.wire)?.fault.wire;
    if (wire === 'reset') return message.socket.destroy();
    entry.status = reply.status;
    send(response, reply, wire);
  };

  const server = createServer((message, response) => {
    serve(message, response).catch((error: NodeJS.ErrnoException) => {
      message.socket.destroy();
      // A client that hung up, or the simulator closing: there is nobody left to answer.
      if (error.code !== 'ECONNRESET' && !closing.signal.aborted) throw error;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(given.port ?? 0, '127.0.0.1', resolve);
  });

  let closed: Promise<void> | undefined;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      closing.abort();
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: simulation.credentials,
    options: simulation.options,
    environment: 'sandbox',
    requests,
    state: simulation.state,
    newId: () => simulation.newId(),
    setFaults: (names) => {
      active = parse(names);
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};
