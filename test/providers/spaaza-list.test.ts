import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spaaza } from '../../lib/providers/spaaza.ts';
import { backupOf, keyOf } from '../../lib/webhook.ts';
import { answer, cannedBy, simulatedBy } from './opened.ts';

const credentials = { sessionUserId: '213112', sessionKey: 'session_4711_secret' };
const given = { credentials, options: { chainIds: ['1743'] } };

const signature = {
  active: true,
  chain: { id: 1743, name: 'ACME Retail' },
  created_date: '2026-06-20T09:55:00+00:00',
  deleted: false,
  id: 56,
  last_modified_date: '2026-06-21T09:55:00+00:00',
  value: 'hidden-signature-value',
};
const row = {
  active: true,
  applies_legacy_hmac: false,
  campaign_id: 7,
  created_date: '2026-06-20T10:00:00+00:00',
  event_name: 'shopper.voucher-issued',
  event_trigger: null,
  filter: 'a > 1',
  id: 1234,
  identifier_key: null as string | null,
  identifier_secret: null as string | null,
  is_default: false,
  last_modified_date: '2026-06-20T10:00:00+00:00',
  payload_spaaza_api_version: '1.4.8',
  send_from: null,
  task_id: null,
  type: 'https',
  url: 'https://example.com/webhooks/spaaza',
  webhook_signature: signature,
};
const ok = (results: unknown) => ({ result: { code: 1, status: 'ok' }, results });
const list = (webhooks: unknown, signatures: unknown = [signature], headers = {}, status = 200) =>
  cannedBy(
    spaaza,
    given,
    answer(200, ok({ webhook_signatures: signatures })),
    answer(status, ok({ webhooks }), headers),
  ).provider.list('1743');
const why = async (...args: Parameters<typeof list>) => {
  const listing = await list(...args);
  return listing.status === 'complete' ? 'complete' : `${listing.status}: ${listing.outcome.why}`;
};
const only = async (more: Record<string, unknown>) => {
  const listing = await list([{ ...row, ...more }], []);
  if (listing.status !== 'complete' || listing.webhooks[0] === undefined) throw new Error('not complete');
  return listing.webhooks[0];
};

describe('the lists of a chain', () => {
  it('are one population of webhooks and signatures, without any secret', async () => {
    const secret = { identifier_key: 'hidden-user', identifier_secret: 'hidden-password' };
    const listing = await list([{ ...row, ...secret }]);
    if (listing.status !== 'complete') throw new Error('not complete');
    expect(listing.webhooks).toEqual([
      {
        id: '56',
        kind: 'signing-secret',
        url: null,
        name: null,
        events: [],
        enabled: true,
        createdAt: '2026-06-20T09:55:00.000Z',
        updatedAt: '2026-06-21T09:55:00.000Z',
        signal: null,
        settings: {},
        secretId: null,
      },
      {
        id: '1234',
        kind: 'endpoint',
        url: 'https://example.com/webhooks/spaaza',
        name: null,
        events: ['shopper.voucher-issued'],
        enabled: true,
        createdAt: '2026-06-20T10:00:00.000Z',
        updatedAt: '2026-06-20T10:00:00.000Z',
        signal: null,
        settings: {
          type: 'https',
          event_trigger: null,
          filter: 'a > 1',
          campaign_id: 7,
          task_id: null,
          send_from: null,
          payload_spaaza_api_version: '1.4.8',
          is_default: false,
          applies_legacy_hmac: false,
          identifier: 'of webhook 1234 alone',
        },
        secretId: '56',
      },
    ]);
    expect(JSON.stringify([listing, listing.webhooks.map(backupOf)])).not.toContain('hidden');
  });

  it('ask for inactive ones too, the signatures first, and read only', async () => {
    const { simulator, provider } = await simulatedBy(spaaza);
    const listing = await provider.list('1743');
    const keys = listing.status === 'complete' ? listing.webhooks.map(keyOf) : [];
    expect(keys.sort()).toEqual([...simulator.state.keys()].sort());
    expect(simulator.requests.map(({ method, path, query }) => [method, path, query])).toEqual([
      ['GET', '/internal/get-webhook-signatures', 'chain_id=1743'],
      ['GET', '/internal/get-webhooks', 'chain_id=1743'],
    ]);
  });

  it.each([0, 1, 12, 250])('are whole with %i rows', async (webhooks) => {
    const { simulator, provider } = await simulatedBy(spaaza, { webhooks });
    const listing = await provider.list('1743');
    expect(listing.status === 'complete' ? listing.webhooks.length : -1).toBe(simulator.state.size);
  });

  it('are of their own chain', async () => {
    const { simulator, openWith } = await simulatedBy(spaaza, {}, { options: { chainIds: ['1743', '1744'] } });
    const extra = { ...simulator.state.get('101'), id: '999', chain: '1744' };
    simulator.state.set('999', extra as never);
    const [first, second] = [await openWith().list('1743'), await openWith().list('1744')];
    expect(second).toMatchObject({ status: 'complete', webhooks: [{ id: '999' }] });
    expect(first.status === 'complete' && first.webhooks.some(({ id }) => id === '999')).toBe(false);
  });

  it('leave signatures alone where options.kinds says so', async () => {
    const options = { chainIds: ['1743'], kinds: ['endpoint'] };
    const { simulator, provider } = await simulatedBy(spaaza, {}, { options });
    const listing = await provider.list('1743');
    expect(listing.status === 'complete' && listing.webhooks.every(({ kind }) => kind === 'endpoint')).toBe(true);
    expect(simulator.requests.length).toBe(1);
    expect(provider.capabilities.kinds).toEqual(['endpoint']);
  });

  it('prove nothing where only one of them can be read', async () => {
    const { provider } = await simulatedBy(spaaza, { faults: ['no-signatures'] });
    expect(await provider.list('1743')).toMatchObject({ status: 'error', outcome: { pause: 'credential' } });
    expect(await why([row], null)).toMatch(/^incomplete/);
    expect(await why(null)).toMatch(/^incomplete/);
  });

  it('pass over what is deleted, of both kinds', async () => {
    const gone = { active: false, deleted: true };
    expect(await list([row, { ...row, ...gone, id: 1 }], [signature, { ...signature, ...gone, id: 2 }])).toMatchObject({
      webhooks: [{ id: '56' }, { id: '1234' }],
    });
    const { provider, simulator } = await simulatedBy(spaaza, { faults: ['list-deleted'] });
    await provider.delete('1743', { kind: 'endpoint', id: '101' });
    expect(await provider.list('1743')).toMatchObject({ webhooks: { length: simulator.state.size } });
  });

  it('are the same where ids are text', async () => {
    const { provider, simulator } = await simulatedBy(spaaza);
    const plain = await provider.list('1743');
    simulator.setFaults(['text-ids']);
    expect(await provider.list('1743')).toEqual(plain);
  });

  it('may have a webhook without URL, signature or dates, and one with a trigger in place of an event', async () => {
    expect(await only({ url: null, webhook_signature: null, created_date: null })).toMatchObject({
      url: null,
      secretId: null,
      createdAt: null,
    });
    expect(await only({ event_name: 'voucher issued/v2' })).toMatchObject({ events: ['voucher issued/v2'] });
    expect(await only({ event_name: null, event_trigger: 'voucher' })).toMatchObject({ events: ['voucher'] });
  });

  it.each([
    ['filter', 'b'],
    ['campaign_id', 8],
    ['is_default', true],
    ['applies_legacy_hmac', true],
    ['payload_spaaza_api_version', '1.6.1'],
    ['send_from', 'x'],
    ['task_id', 1],
    ['type', 'klaviyo'],
    ['event_trigger', { on: 'x' }],
    ['identifier_key', 'user'],
    ['identifier_secret', 'password'],
  ])('tell webhooks apart by %s', async (name, value) => {
    expect((await only({ [name]: value })).settings).not.toEqual((await only({})).settings);
  });

  it('never take two webhooks with credentials for the receiver as alike', async () => {
    const credentialed = { identifier_key: 'same', identifier_secret: 'same' };
    const [a, b] = [await only({ ...credentialed, id: 1 }), await only({ ...credentialed, id: 2 })];
    expect(a.settings).not.toEqual(b.settings);
  });

  it.each([
    ['no id', { id: undefined }, /^incomplete: .*row 1 .*"id" is missing/],
    ['a rounded id', { id: Number.MAX_SAFE_INTEGER + 1 }, /^incomplete: .*"id"/],
    ['a path as its id', { id: '../1' }, /^error: .*"id"/],
    ['no active', { active: undefined }, /^incomplete: .*"active" is missing/],
    ['another active', { active: 'yes' }, /^incomplete: .*"active"/],
    ['no event', { event_name: null }, /^incomplete: .*"event_name" is missing/],
    ['a wildcard', { event_name: '*' }, /^incomplete: .*"event_name"/],
    ['a date that is none', { created_date: 'soon' }, /^incomplete: .*"created_date"/],
    ['a URL that is none', { url: 5 }, /^incomplete: .*"url"/],
    ['a signature without id', { webhook_signature: {} }, /^incomplete: .*"webhook_signature"/],
  ])('are no proof with a webhook with %s', async (_name, more, words) => {
    expect(await why([{ ...row, ...more }])).toMatch(words);
  });

  it.each([
    ['of another chain', { chain: { id: 9 } }],
    ['without active', { active: null }],
    ['without id', { id: null }],
  ])('are no proof with a signature %s', async (_name, more) => {
    expect(await why([row], [{ ...signature, ...more }])).toMatch(/^incomplete/);
  });

  it('are incomplete with one id twice, with hints of more, and with HTTP 206', async () => {
    expect(await why([row, row])).toMatch(/^incomplete: .*one id twice/);
    expect(await why([row], [signature, signature])).toMatch(/^incomplete: .*one id twice/);
    expect(await why([{ ...row, id: 56 }])).toBe('complete');
    expect(await why([row], [signature], { link: '<x>; rel="next"' })).toMatch(/^incomplete: .*pages/);
    expect(await why([row], [signature], {}, 206)).toMatch(/^incomplete/);
    const paged = ok({ webhooks: [row], total_pages: 2 });
    const { provider } = cannedBy(spaaza, given, answer(200, ok({ webhook_signatures: [] })), answer(200, paged));
    expect((await provider.list('1743')).status).toBe('incomplete');
  });

  it('of any JSON at all never throws, and are complete only with each row known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...Object.values(row), true, false));
    const keys = fc.constantFrom('id', 'active', 'deleted', 'url', 'event_name', 'webhook_signature', '__proto__');
    const rows = fc.array(
      fc.oneof(
        value,
        fc.dictionary(keys, value).map((odd) => ({ ...row, ...odd })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(value, rows), fc.oneof(value, rows), async (webhooks, signatures) => {
        const listing = await list(webhooks, signatures);
        if (listing.status !== 'complete') return;
        const live = [...(webhooks as unknown[]), ...(signatures as unknown[])].filter(
          (one) => ![true, 1].includes((one as { deleted?: never }).deleted ?? 0),
        );
        expect(new Set(listing.webhooks.map(keyOf)).size).toBe(live.length);
      }),
      { numRuns: 500 },
    );
  });
});
