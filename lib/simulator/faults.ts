import type { Fault, Reply, Simulation } from './simulation.ts';

const problem =
  (status: number, headers: Record<string, string> = {}) =>
  (simulation: Simulation): Reply => ({
    status,
    headers,
    json: simulation.problem(status),
  });

const page = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>';
const nothing: Reply = { status: 503 };

/** Faults that any provider may have. */
export const generalFaults: Readonly<Record<string, Fault>> = {
  latency: { about: 'answers late (--latency, else 200 ms)', delay: true },
  throttle: { about: '429 without Retry-After', instead: problem(429) },
  'throttle-after': { about: '429 with Retry-After in seconds', instead: problem(429, { 'retry-after': '2' }) },
  'throttle-date': {
    about: '429 with Retry-After as an HTTP date',
    instead: (simulation, now) => problem(429, { 'retry-after': new Date(now + 5000).toUTCString() })(simulation),
  },
  'error-before': { about: '500, and nothing took effect', instead: problem(500) },
  'error-after': { about: '500, although it took effect', after: (_reply, simulation) => problem(500)(simulation) },
  'reset-before': { about: 'the connection breaks, and nothing took effect', instead: () => nothing, wire: 'reset' },
  'reset-after': { about: 'the connection breaks, although it took effect', wire: 'reset' },
  'truncated-body': { about: 'the connection breaks in mid-body', wire: 'cut' },
  slow: { about: 'takes effect, but the body never ends', wire: 'hang' },
  'wrong-key': { about: '401, as if the credential had expired', instead: problem(401) },
  forbidden: { about: '403', instead: problem(403) },
  redirect: {
    about: '302 to another host',
    instead: () => ({ status: 302, headers: { location: 'https://elsewhere.example/' } }),
  },
  html: {
    about: '200 with an HTML page of a proxy, and nothing took effect',
    instead: () => ({ status: 200, headers: { 'content-type': 'text/html' }, text: page }),
  },
  'not-json': {
    about: '200 with text instead of JSON, although it took effect',
    after: () => ({ status: 200, text: 'OK' }),
  },
  huge: { about: 'a body of 50 MB', after: () => ({ status: 200, text: `"${'x'.repeat(50_000_000)}"` }) },
};

/** One fault that is switched on. */
export type ActiveFault = { name: string; fault: Fault; calls: string; left: number; chance: number };

type Kind = { method: string; mutating: boolean };

const about = (calls: string, { method, mutating }: Kind): boolean => {
  if (calls === 'all') return true;
  if (calls === 'reading' || calls === 'mutating') return mutating === (calls === 'mutating');
  return calls === method;
};

const form = /^([a-z0-9-]+)((?:[*=:][A-Za-z0-9.]+)*)$/;
const grammar = 'write NAME, and behind it as wanted *COUNT, =PROBABILITY, :METHOD, :reading or :mutating';

/** Reads `name`, `name*3`, `name=0.2`, `name:PUT` or several of these; throws naming what there is. */
export const parseFault = (text: string, known: Readonly<Record<string, Fault>>): ActiveFault => {
  const [, name = '', rest = ''] = form.exec(text) ?? [];
  if (name === '') throw new Error(`fault "${text}" cannot be read: ${grammar}`);
  const fault = Object.hasOwn(known, name) ? known[name] : undefined;
  if (fault === undefined)
    throw new Error(`unknown fault "${name}"; there are ${Object.keys(known).sort().join(', ')}`);
  const active: ActiveFault = { name, fault, calls: fault.calls ?? 'all', left: Number.POSITIVE_INFINITY, chance: 1 };
  for (const [, mark, value = ''] of rest.matchAll(/([*=:])([^*=:]+)/g)) {
    if (mark === ':') active.calls = /^(reading|mutating|[A-Z]+)$/.test(value) ? value : value.toUpperCase();
    if (mark === '*') active.left = Number(value);
    if (mark === '=') active.chance = Number(value);
  }
  if (!(active.left >= 0) || !(active.chance >= 0 && active.chance <= 1)) {
    throw new Error(`fault "${text}" has a bad count or probability: ${grammar}`);
  }
  return active;
};

/** The faults that hold for one request; each that does is used up by one. */
export const drawFaults = (
  active: readonly ActiveFault[],
  kind: Kind,
  random: () => number,
): readonly ActiveFault[] => {
  const drawn = active.filter(
    (one) => one.left > 0 && about(one.calls, kind) && (one.chance === 1 || random() < one.chance),
  );
  for (const one of drawn) one.left -= 1;
  return drawn;
};
