import { describe, expect, it } from 'vitest';
import { replace } from '../../lib/jobs/replace.ts';
import { reservation, secretStore } from '../../lib/secrets.ts';
import { deleted, restore } from './deleted.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

type World = ReturnType<typeof shop>;
const creations = (w: World) => w.remote.calls.filter((call) => call.startsWith('create'));

/** Variables that are set, and what stands in places; one that is `denied` cannot be written. */
const storeOf = (given: ReadonlyMap<string, string> = new Map(), kept = new Map<string, string>()) =>
  secretStore({
    forms: { reference: 'env:NAME', place: 'file:PATH' },
    reads: () => true,
    nameOf: (place) => /^file:(.+)/.exec(place)?.[1] ?? null,
    read: async ({ name }) => {
      const value = given.get(`env:${name}`);
      return value === undefined ? { status: 'error', why: 'it is not set', hint: '' } : { status: 'ok', value };
    },
    create: async (name, text) => {
      if (name === 'denied') throw Object.assign(new Error('secret words'), { name: 'AccessDeniedException' });
      if (kept.has(name)) return false;
      kept.set(name, text);
      return true;
    },
    look: async (name) => kept.get(name),
    overwrite: async (name, text) => kept.set(name, text),
  });

describe('what a restore asks for', () => {
  it('is said before it is asked for, with what has to be given and how that is written here', async () => {
    const url = 'https://t1.ngrok-free.app/hook?token=planted';
    const can = { issuesSecret: ['endpoint'], takesSecrets: ['token'] };
    const w = await deleted([webhook('live'), testHook('a', { url })], can);
    w.ports.secrets = storeOf();
    const forms = { reference: 'env:NAME', place: 'file:PATH' };
    const asks = { takes: ['url', 'token'], needs: ['url'], place: true, forms };
    expect(await restore(w, 'a', { dryRun: true })).toMatchObject({ ok: false, asks });
  });

  it('is nothing where this process reads no secrets, nor where nothing is created anew', async () => {
    const w = await deleted();
    expect((await restore(w, 'a', { dryRun: true })).asks).toBeNull();
    w.ports.secrets = storeOf();
    const asks = { takes: [], needs: [], place: false };
    expect(await restore(w, 'a', { dryRun: true })).toMatchObject({ ok: true, asks });
    await restore(w, 'a');
    expect(await restore(w, 'a')).toMatchObject({ detail: 'it is being put back already', asks: null });
  });
});

describe('a secret that the provider makes up', () => {
  const issuing = async () => {
    const w = await deleted(undefined, { issuesSecret: ['endpoint'] });
    const kept = new Map<string, string>();
    w.ports.secrets = storeOf(new Map(), kept);
    return { w, kept };
  };

  it('stops the restore before it creates where it has no place to go', async () => {
    const { w } = await issuing();
    expect(await restore(w, 'a')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('--secret-to file:PATH'),
    });
  });

  it('wants no place where people can look it up at the provider, and none is said to be lost', async () => {
    const w = await deleted(undefined, { issuesSecret: ['endpoint'], revealsSecret: true });
    expect(await restore(w, 'a')).toMatchObject({ ok: true });
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
    expect(JSON.stringify([...w.table.items.values(), w.log])).not.toMatch(/issued-new1|could not be kept/);
  });

  it('goes where the person said, and nowhere else', async () => {
    const { w, kept } = await issuing();
    await restore(w, 'a', { secretTo: 'file:/new' });
    await w.run(hour);
    expect([...kept]).toEqual([['/new', 'issued-new1']]);
    expect(w.record('shop', 'a').history.at(-1)?.detail).toBe('it is back as new1');
    expect(JSON.stringify([...w.table.items.values(), w.log])).not.toContain('issued-new1');
  });

  it.each([
    ['cannot be written', 'file:denied', 'file:denied cannot be written (AccessDeniedException)'],
    ['is none', 'env:HERE', 'new secrets are written to file:PATH'],
    ['holds something', 'file:taken', 'something stands at file:taken already'],
  ])('stops the restore before it creates where its place %s, and the record stays as it was', async (_, to, why) => {
    const { w, kept } = await issuing();
    kept.set('taken', 'another secret');
    const before = w.record('shop', 'a');
    expect(await restore(w, 'a', { secretTo: to })).toMatchObject({ ok: false, detail: expect.stringContaining(why) });
    expect(await restore(w, 'a', { secretTo: to, dryRun: true })).toMatchObject({ ok: true });
    await w.run(hour);
    expect(creations(w)).toEqual([]);
    expect(w.record('shop', 'a')).toEqual(before);
    expect([...kept]).toEqual([['taken', 'another secret']]);
  });

  it('holds the restore where its place was taken meanwhile, and is created once it is free again', async () => {
    const { w, kept } = await issuing();
    await restore(w, 'a', { secretTo: 'file:/new' });
    expect(kept.get('/new')).toBe(reservation('shop#main#endpoint#a'));
    kept.set('/new', 'of somebody else');
    await w.run(hour);
    expect(creations(w)).toEqual([]);
    const held = 'something stands at file:/new already; nothing was created';
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restoring', held });
    expect(kept.get('/new')).toBe('of somebody else');
    kept.delete('/new');
    await w.decide('release', 'a');
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
    expect(kept.get('/new')).toBe('issued-new1');
  });

  it('is said to be lost where its answer was, and its place says so too', async () => {
    const { w, kept } = await issuing();
    w.remote.faults.call = [{ effect: true, outcome: { kind: 'unknown', why: 'no answer' } }];
    await restore(w, 'a', { secretTo: 'file:/new' });
    await w.run(hour);
    expect(creations(w)).toHaveLength(1);
    expect(w.record('shop', 'a').history.at(-1)?.detail).toBe(
      'it is back as new1; where its signing secret is not at file:/new, roll it at the provider',
    );
    expect(kept.get('/new')).toContain('roll it at the provider');
  });
});

describe('a value that is given along', () => {
  it('wants the whole URL where a part of it was never kept, and takes no other', async () => {
    const url = 'https://a.loca.lt/hook?token=s3cr3t-t0ken-value';
    const w = await deleted([webhook('live'), testHook('a', { url })]);
    expect(await restore(w, 'a')).toMatchObject({ ok: false, detail: expect.stringContaining('--secret url=') });
    const given = new Map([
      ['env:WRONG', 'https://evil.loca.lt/x'],
      ['env:URL', url],
    ]);
    w.ports.secrets = storeOf(given);
    expect(await restore(w, 'a', { secrets: { url: 'env:WRONG' } })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('not the one of the backup'),
    });
    await restore(w, 'a', { secrets: { url: 'env:URL' } });
    await w.run(hour);
    expect(w.remote.state.get('new1')?.url).toBe(url);
    expect(JSON.stringify([...w.table.items.values()])).not.toContain('s3cr3t-t0ken-value');
  });

  it('is held where the worker finds another URL or none, and goes on once released with the right one', async () => {
    const url = 'https://a.loca.lt/hook?token=s3cr3t-t0ken-value';
    const w = await deleted([webhook('live'), testHook('a', { url })]);
    const given = new Map([['env:URL', url]]);
    w.ports.secrets = storeOf(given);
    await restore(w, 'a', { secrets: { url: 'env:URL' } });
    for (const wrong of ['https://evil.loca.lt/x', null]) {
      if (wrong === null) given.delete('env:URL');
      else given.set('env:URL', wrong);
      await w.run(day, hour);
      expect(w.record('shop', 'a')).toMatchObject({ state: 'restoring', held: expect.any(String) });
      expect(w.record('shop', 'a').due).toBeUndefined();
      await w.decide('release', 'a');
    }
    given.set('env:URL', url);
    await w.run(day, hour);
    expect(w.record('shop', 'a').state).toBe('restored');
    expect(w.remote.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
  });
});

describe('a replacement', () => {
  const asked = { account: 'shop', webhookId: 'a', url: 'https://new.example/hook', secrets: {}, reason: 'moved' };
  const issuing = () => {
    const w = shop([webhook('live'), webhook('a')], {}, { issuesSecret: ['endpoint'] });
    const kept = new Map([['taken', 'another secret']]);
    w.ports.secrets = storeOf(new Map(), kept);
    return { w, kept };
  };

  it.each(['file:denied', 'file:taken'])('creates nothing where its new secret has no place: %s', async (secretTo) => {
    const { w, kept } = issuing();
    const answer = await replace(w.ports, { ...asked, secretTo });
    expect(answer).toMatchObject({ ok: false, code: 'no-place-for-secret' });
    expect([creations(w), [...kept]]).toEqual([[], [['taken', 'another secret']]]);
  });

  it('puts its new secret in place, and asked for again wants no place', async () => {
    const { w, kept } = issuing();
    const first = await replace(w.ports, { ...asked, secretTo: 'file:new' });
    expect(first).toMatchObject({ ok: true, createdId: 'new1', adopted: false, warning: null });
    expect(kept.get('new')).toBe('issued-new1');
    expect(await replace(w.ports, { ...asked, secretTo: 'file:new' })).toMatchObject({
      createdId: 'new1',
      adopted: true,
    });
    expect([creations(w).length, kept.get('new')]).toEqual([1, 'issued-new1']);
  });
});
