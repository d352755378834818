import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditHandler } from '../../functions/audit.ts';
import { controlHandler } from '../../functions/control.ts';
import { enqueueHandler } from '../../functions/enqueue.ts';
import type { Identify } from '../../lib/caller/verify.ts';
import { limits } from '../../lib/limits.ts';
import { parsedAs } from '../../lib/requests/request.ts';
import { byRight, functionOf, type RequestName, type Right, requests, rightFor } from '../../lib/requests/requests.ts';
import { packed, unpacked } from '../../lib/requests/wire.ts';
import { awsSecrets } from '../../lib/secrets-aws.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';

type Answer = { error?: { code: string; message: string; hint: string }; exit?: number } & Record<string, unknown>;
const invocation = { functionName: 'hooksweep-dev-enqueue', awsRequestId: 'r-1' };
const nobody: Identify = async () => Promise.reject(new Error('nobody was to be asked'));
const someone: Identify = async () => 'arn:aws:iam::1:user/a';

const functions = () => {
  const w = shop([webhook('live'), testHook('a')]);
  const actors: string[] = [];
  const ports = async (actor: string) => {
    actors.push(actor);
    return { ...w.ports, actor };
  };
  const of: Record<Right, ReturnType<typeof auditHandler>> = {
    read: auditHandler(ports),
    hold: controlHandler(ports, someone),
    decide: enqueueHandler(ports, someone),
  };
  const ask = async (right: Right, event: unknown) => (await of[right](event, invocation)) as Answer;
  return { w, ports, actors, ask };
};

const events = new URL('../../docs/events/', import.meta.url);
const examples = readdirSync(events).map((file) => {
  const { action, ...fields } = JSON.parse(readFileSync(new URL(file, events), 'utf8')) as Record<string, unknown>;
  return { name: basename(file, '.json') as RequestName, action, fields };
});

describe('the examples in docs/events', () => {
  it('are one for each request', () => {
    expect(examples.map(({ name }) => name).toSorted()).toEqual(Object.keys(requests).toSorted());
  });

  it.each(examples)('$name is one that its function takes, and no other function', async ({ name, action, fields }) => {
    expect(action).toBe(name);
    expect(() => parsedAs(name, requests[name].schema, fields)).not.toThrow();
    const { ask } = functions();
    for (const right of Object.keys(byRight) as Right[]) {
      const { error } = await ask(right, { action, ...fields });
      if (right === rightFor(name)) expect(error?.code).not.toBe('bad-request');
      else expect(error?.message).toContain('knows no action');
    }
  });
});

describe('a secret in an event', () => {
  const literal = 'https://a.loca.lt/hook?token=planted-t0ken';

  it.each(['restore', 'replace'])('in place of a reference is refused by %s, and stands nowhere', async (action) => {
    const { w, ask } = functions();
    w.ports.secrets = awsSecrets('hooksweep/dev', w.ports.clock, () => {});
    await w.scanAndApprove('shop');
    const before = JSON.stringify([...w.table.items.values()]);
    const fields =
      action === 'restore'
        ? { records: ['shop#main#endpoint#a'] }
        : { account: 'shop', webhookId: 'a', url: 'https://b.example' };
    for (const given of [{ secrets: { url: literal } }, { secretTo: literal }]) {
      const answer = await ask('decide', { action, ...fields, reason: 'x', yes: true, ...given });
      expect(answer.error).toMatchObject({ code: 'no-secret', hint: expect.stringContaining('ssm:/hooksweep/dev/_') });
      expect(JSON.stringify([answer, w.log])).not.toContain('planted');
    }
    expect(JSON.stringify([...w.table.items.values()])).toBe(before);
  });
});

describe('an event that is none', () => {
  const enqueue = { account: 'shop', webhookId: 'a', step: 'delete', reason: 'old' };

  it.each<[Right, unknown, string, string]>([
    [
      'decide',
      { ...enqueue, force: true },
      'enqueue takes no field "force"',
      'account, webhookId, scope, kind, step, reason, now or yes',
    ],
    ['decide', { ...enqueue, acount: 'x' }, 'takes no field "acount"', 'did you mean account?'],
    ['decide', { ...enqueue, step: 'destroy' }, 'step of enqueue cannot be "destroy"', '"disable" | "delete"'],
    ['decide', { ...enqueue, reason: '' }, 'reason of enqueue cannot be an empty text', 'not empty'],
    ['decide', { account: 'shop' }, 'enqueue lacks webhookId', 'add webhookId'],
    ['decide', { ...enqueue, account: 'sk_live_0123456789abcdef', step: 1 }, 'cannot be the number 1', 'disable'],
    ['decide', { action: 'stop', reason: 'x' }, 'knows no action "stop"', 'use enqueue, approve'],
    ['hold', { action: 'start', reason: 'x' }, 'knows no action "start"', 'use stop or veto'],
    ['hold', {}, 'knows no action nothing', 'use stop or veto'],
    ['hold', { action: '__proto__' }, 'knows no action', 'use stop or veto'],
    ['read', { filter: { acount: 'x' } }, 'takes no field "filter.acount"', 'did you mean account?'],
    ['read', { filter: { since: 'yesterday' } }, 'filter.since of query cannot be "yesterday"', '2026-01-31T12:00:00Z'],
    ['read', { limit: 501 }, 'limit of query', '500 at most'],
    ['read', { cursor: 'x' }, 'the cursor was altered', 'begin again'],
    ['read', null, 'no JSON object', 'docs/events'],
    ['read', [], 'no JSON object', 'docs/events'],
    ['read', 'query', 'no JSON object', 'docs/events'],
    ['read', { gzip: 'x' }, 'no compressed JSON', 'plain JSON'],
  ])('is refused by %s, and says why: %j', async (right, event, message, hint) => {
    const { ask, w } = functions();
    const { error, exit } = await ask(right, event);
    expect(error?.message).toContain(message);
    expect(error?.hint).toContain(hint);
    expect(exit).toBe(1);
    expect(w.table.items.size).toBe(0);
  });

  it('never makes a function throw, nor changes anything, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Right>('read', 'hold', 'decide'), fc.jsonValue(), async (right, event) => {
        const { ask, w } = functions();
        await ask(right, event);
        expect(w.table.items.size).toBe(0);
      }),
    );
  });
});

describe('who asks', () => {
  it('is proven before anything is let go, and named with the request', async () => {
    const { ports, actors } = functions();
    const refused = (await enqueueHandler(ports)({ action: 'start', reason: 'x' }, invocation)) as Answer;
    expect([refused.error?.code, refused.exit, actors]).toEqual(['caller-unproven', 4, []]);
    await enqueueHandler(ports, someone)({ action: 'start', reason: 'x' }, invocation);
    expect(actors).toEqual(['aws:arn:aws:iam::1:user/a r-1']);
  });

  it('may hold without a proof, under no name: what the event claims counts for nothing', async () => {
    const { ports, actors } = functions();
    const event = { action: 'stop', reason: 'x', caller: { arn: 'arn:aws:iam::1:root' } };
    expect(await controlHandler(ports)(event, invocation)).toMatchObject({ stopped: true });
    expect(actors).toEqual(['aws:unproven r-1']);
  });

  it('is asked about over exactly what was asked for', async () => {
    const { ports } = functions();
    const bound: unknown[] = [];
    const noting: Identify = async (proof, to) => {
      bound.push(proof, to.function, to.request);
      return 'arn';
    };
    for (const reason of ['x', 'y'])
      await enqueueHandler(ports, noting)({ action: 'start', reason, caller: 'proof' }, invocation);
    expect(bound).toEqual(['proof', 'hooksweep-dev-enqueue', bound[2], 'proof', 'hooksweep-dev-enqueue', bound[5]]);
    expect(bound[2]).not.toBe(bound[5]);
  });

  it('is nobody’s business where nothing is changed, nor where the request is none', async () => {
    const { ports } = functions();
    expect(await auditHandler(ports)({ action: 'status' }, invocation)).toHaveProperty('accounts');
    expect(await enqueueHandler(ports, nobody)({ action: 'start' }, invocation)).toMatchObject({ exit: 1 });
  });
});

describe('answers', () => {
  it('of a query say the time range, two years where none was asked for', async () => {
    const { ask } = functions();
    const { since, until } = await ask('read', {});
    expect(Date.parse(String(until)) - Date.parse(String(since))).toBeGreaterThan(729 * 86_400_000);
    const asked = { since: '2026-01-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' };
    expect(await ask('read', { filter: asked })).toEqual({ records: [], ...asked });
  });

  it('lead on by a cursor until nothing is left', async () => {
    const { w, ask } = functions();
    for (const id of ['b', 'c', 'd']) w.remote.state.set(id, testHook(id));
    await w.scanAndApprove('shop');
    const ids: string[] = [];
    let cursor: unknown;
    do {
      const page = await ask('read', { limit: 3, ...(cursor !== undefined && { cursor }) });
      ids.push(...(page.records as { webhookId: string }[]).map(({ webhookId }) => webhookId));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(ids.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that nobody expects are thrown, so that Lambda counts them', async () => {
    const { ports } = functions();
    const broken = async (actor: string) => ({ ...(await ports(actor)), table: undefined as never });
    await expect(auditHandler(broken)({}, invocation)).rejects.toThrow(TypeError);
  });

  it('and requests that are large travel compressed, and come back as they were', () => {
    const large = { rows: Array.from({ length: 300_000 }, (_, at) => `https://a.example/${at}`) };
    const sent = packed(large) as { gzip: string };
    expect(Object.keys(sent)).toEqual(['gzip']);
    expect(sent.gzip.length).toBeLessThan(limits.invokeBytesMax);
    expect(unpacked(sent)).toEqual(large);
    expect(JSON.parse(gunzipSync(Buffer.from(sent.gzip, 'base64')).toString())).toEqual(large);
    expect(unpacked(packed({ a: 1 }))).toEqual({ a: 1 });
  });

  it('that unpack to more than memory holds are refused', () => {
    const bomb = gzipSync(Buffer.alloc(limits.unpackedBytesMax + 1, 32)).toString('base64');
    expect(() => unpacked({ gzip: bomb })).toThrow(/more than one call of a function can carry/);
  });
});

it('every right has its function', () => {
  expect(functionOf).toEqual({ read: 'audit', hold: 'control', decide: 'enqueue' });
});
