import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '../canonical.ts';
import type { Ms } from '../clock.ts';

/** One webhook as a simulated provider keeps it, whatever it calls the fields. Times are ISO 8601 in UTC. */
export type SimulatedWebhook = {
  id: string;
  url: string;
  events: readonly string[];
  enabled: boolean;
  createdAt: string;
  updatedAt: string;
};

export type Request = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, else text; undefined where it is empty. */
  body: unknown;
};
/** Without `json` and `text` the body is empty. */
export type Reply = { status: number; headers?: Record<string, string>; json?: unknown; text?: string };

export type Setup = { random: () => number; now: () => Ms; webhooks: number };

/** What one simulated provider is made of; the server and the general faults are shared. */
export type Simulation = {
  credentials: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Json>>;
  /** By id; tests and strangers may change it. */
  state: Map<string, SimulatedWebhook>;
  /** An id that the provider never gave before. */
  newId(): string;
  /** Faults of its own, by name: what they do is up to `handle`. */
  quirks: Readonly<Record<string, Fault>>;
  /** Where the method does not tell: whether a request changes something. */
  mutates?(request: Request): boolean;
  /** The body of an error answer. */
  problem(status: number): Json;
  /** Answers and takes effect; `on` names the faults that hold for this request. */
  handle(request: Request, on: ReadonlySet<string>): Reply;
};

/** Which requests a fault is about: a method, or all that read or that change something. */
export type Calls = string;

export type Fault = {
  about: string;
  /** Absent: all. */
  calls?: Calls;
  /** Answers in place of the provider: nothing takes effect. */
  instead?(simulation: Simulation, now: Ms): Reply;
  /** Changes the answer; the effect stays. */
  after?(reply: Reply, simulation: Simulation): Reply;
  /** What the connection does: breaks without an answer, breaks in mid-body, or never ends the body. */
  wire?: 'reset' | 'cut' | 'hang';
  delay?: true;
};
