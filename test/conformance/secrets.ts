import { expect } from 'vitest';
import type { Answer } from '../../lib/providers/http.ts';
import { backupOf } from '../../lib/webhook.ts';
import { firstOf } from './steps.ts';
import type { Behaviour } from './subject.ts';
import { everything, type World, worldOf } from './world.ts';

/** Stands in every object of every answer under a name that says what it is. */
const canary = 'canary-4711-of-an-answer';
const secretName = /secret|token|password|identifier|functions_key|^value$/i;

/** The answer with a canary in each object; secrets of its own are added to `into`. */
const planted = (json: unknown, into: Set<string>): unknown => {
  if (Array.isArray(json)) return json.map((inner) => planted(inner, into));
  if (typeof json !== 'object' || json === null) return json;
  for (const [name, value] of Object.entries(json))
    if (secretName.test(name) && typeof value === 'string' && /\w{6}/.test(value)) into.add(value);
  const entries = Object.entries(json).map(([name, inner]) => [name, planted(inner, into)]);
  return { ...Object.fromEntries(entries), client_secret: canary };
};

const spellings = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  ...[secret, `${secret}:`].flatMap((text) => [
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
    Buffer.from(text).toString('hex'),
  ]),
];

/** Everything that an adapter gives back for all that can be asked of it. */
const allThatIsSaid = async (world: World): Promise<readonly unknown[]> => {
  const { provider } = world;
  const found = await everything(world);
  const said: unknown[] = [
    provider.capabilities,
    await provider.scopes(),
    found,
    found.map((one) => backupOf(one.webhook)),
  ];
  for (const kind of provider.capabilities.kinds) {
    const { scope, webhook } = firstOf(found, kind);
    for (const step of ['disable', 'enable', 'delete', 'delete'] as const)
      said.push(await provider[step](scope, webhook));
    const { secret, ...made } = await provider.create(scope, backupOf(webhook));
    // The one way out, for the person who restores: said to be there, and there.
    const issues = provider.capabilities.issuesSecret?.includes(kind) ?? false;
    if (made.kind === 'done') expect(secret !== undefined, `a secret of a new ${kind}`).toBe(issues);
    said.push(made, await provider.list(scope));
  }
  return said;
};

/** Failures that say more than they should, and that give our own key back as their code. */
const failures = (key: string): readonly Answer[] =>
  [400, 401, 403, 404, 409, 422, 429, 500].map((status) => ({
    kind: 'answer',
    status,
    json: { error: { message: canary, code: key }, errors: [{ message: canary }], message: canary, code: key },
    headers: new Headers({ 'x-request-id': key, 'request-id': key, location: `https://${canary}.example.com/` }),
    retryAfterMs: null,
  }));

/** Credentials that are secrets, by the definition of the provider. */
const credentialsOf = ({ definition, simulator }: World): readonly string[] =>
  Object.entries(simulator.credentials)
    .filter(([field]) => definition.credentials[field]?.secret !== false)
    .map(([, value]) => value);

const redaction: Behaviour = {
  column: 'secrets',
  title: 'lets no credential and no secret of an answer out, in whatever spelling',
  holds: async ({ name }) => {
    const world = await worldOf(name);
    const { provider, calls } = world;
    const credentials = credentialsOf(world);
    const [key = ''] = credentials;
    const answered = new Set<string>([canary]);
    world.tap(async (_call, send) => {
      const answer = await send();
      return answer.kind === 'answer' ? { ...answer, json: planted(answer.json, answered) } : answer;
    });
    const said = [...(await allThatIsSaid(world))];
    const [one] = await everything(world);
    if (one === undefined) throw new Error('the simulator has no webhook');
    for (const answer of failures(key)) {
      world.tap(async () => answer);
      said.push(await provider.scopes(), await provider.list(one.scope), await provider.delete(one.scope, one.webhook));
    }
    const text = JSON.stringify(said);
    for (const secret of new Set([...credentials, ...answered]))
      for (const spelling of spellings(secret)) expect(text.includes(spelling), `${spelling} got out`).toBe(false);
    // Whatever else quotes an answer knows from the call what it must not quote.
    expect(key).not.toBe('');
    for (const call of calls) expect(call.secrets).toEqual(expect.arrayContaining([...credentials]));
  },
};

const urls: Behaviour = {
  column: 'backups',
  title: 'keeps no token of a URL in a backup, and brings back no webhook without it',
  unless: ({ capabilities }) => (capabilities.kinds.includes('endpoint') ? null : 'it has no URLs'),
  holds: async ({ name }) => {
    const world = await worldOf(name);
    const [like] = world.simulator.state.values();
    if (like === undefined) throw new Error('the simulator has no webhook');
    const token = '0123456789abcdef0123456789abcdef';
    const url = `https://erp.example.com/in?token=${token}`;
    world.simulator.state.set(like.id, { ...like, url });
    const one = (await everything(world)).find(({ webhook }) => webhook.url === url);
    if (one === undefined) throw new Error('the list does not have the webhook');
    const backup = backupOf(one.webhook);
    expect(JSON.stringify(backup)).not.toContain(token);
    const calls = world.calls.length;
    const refusal = await world.provider.create(one.scope, backup);
    expect(refusal.kind).toBe('refused');
    expect(refusal.why).not.toContain(token);
    expect(world.calls.length).toBe(calls);
  },
  instead: async ({ name }) => {
    const found = await everything(await worldOf(name));
    expect(found.every(({ webhook }) => webhook.url === null)).toBe(true);
  },
};

export const secretBehaviours: readonly Behaviour[] = [redaction, urls];
