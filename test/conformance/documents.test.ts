import { describe, expect, it } from 'vitest';
import { coverOf } from '../../lib/plan/cover.ts';
import { secretsInUse, standingGuards } from '../../lib/plan/guards.ts';
import { backupOf, type Kind, keyOf, type WebhookRef } from '../../lib/webhook.ts';
import { ago, proposed, secret } from '../detect/build.ts';
import { webhooksOf } from '../providers/simulated-account.ts';
import { firstOf } from './steps.ts';
import { another, everything, type Found, type World, worldOf } from './world.ts';

/** The rows about status and code stand in the tests of each provider; these are the sentences around them. */
type Row = readonly [row: string, check: (world: World, one: Found) => Promise<void> | void];

const listed = async (world: World, scope: string): Promise<readonly string[]> =>
  webhooksOf(await world.provider.list(scope)).map(keyOf);

const remove = async ({ provider }: World, { scope, webhook }: Found) =>
  expect((await provider.delete(scope, webhook)).kind).toBe('done');

const leavesTheList: Row[1] = async (world, one) => {
  const before = await listed(world, one.scope);
  await remove(world, one);
  expect(await listed(world, one.scope)).toEqual(before.filter((key) => key !== keyOf(one.webhook)));
};

const goneAgain: Row[1] = async (world, one) => {
  await remove(world, one);
  expect((await world.provider.delete(one.scope, one.webhook)).kind).toBe('gone');
};

const unknownIsGone: Row[1] = async (world, { scope, webhook: { kind } }) => {
  const ref: WebhookRef = { kind, id: world.simulator.newId() };
  expect((await world.provider.delete(scope, ref)).kind).toBe('gone');
};

/** Created again from its backup: at once, and under an id that was not there before. */
const comesBackNew: Row[1] = async (world, one) => {
  await remove(world, one);
  const made = await world.provider.create(one.scope, backupOf(one.webhook));
  expect(made.kind).toBe('done');
  expect(made.id).not.toBe(one.webhook.id);
  expect(world.provider.capabilities.lostOnRestore).toContain('id');
  expect((await world.provider.delete(one.scope, one.webhook)).kind).toBe('gone');
};

const cannotSwitchOff: Row[1] = async ({ provider }, { scope, webhook }) =>
  expect((await provider.disable(scope, webhook)).kind).toBe('refused');

const onlyOne: Row[1] = () => {
  const rules = { 'superseded-secret': { overlapMs: 0, keep: 1 } };
  expect(proposed([secret('a', 400)], rules)).toEqual([]);
  expect(proposed([secret('a', 400), secret('b', 10, { enabled: false })], rules)).toEqual([]);
};

const failsFor =
  (fault: string, wanted: object): Row[1] =>
  async (world, { scope, webhook }) => {
    world.simulator.setFaults([fault]);
    expect(await world.provider.delete(scope, webhook)).toMatchObject(wanted);
  };

const pages: Readonly<Record<string, readonly Row[]>> = {
  'modulus: Delete Webhook': [
    ['Success Response: 204, the webhook has been deleted', leavesTheList],
    ['401: invalid or missing credentials', failsFor('wrong-key', { kind: 'retry', pause: 'credential' })],
    ['404: the id does not exist', unknownIsGone],
    ['404: was already deleted', goneAgain],
    ['500: retry the request – but only after it was read back', failsFor('error-before', { kind: 'unknown' })],
    [
      'Delete old webhook before creating a new one with the same URL: 409 while it is there',
      async (world, one) => {
        const backup = backupOf(one.webhook);
        expect((await world.provider.create(one.scope, backup)).kind).toBe('refused');
      },
    ],
    [
      'Disable Before Deleting: disable preserves the configuration and is reversible',
      async (world, one) => {
        await world.provider.disable(one.scope, one.webhook);
        const off = (await everything(world)).find(({ key }) => key === one.key);
        expect(off?.webhook).toMatchObject({ url: one.webhook.url, events: one.webhook.events, enabled: false });
      },
    ],
    ['What Happens After Deletion: the id becomes invalid and is not reused', comesBackNew],
    [
      'Troubleshooting: pending retries for at most 45 minutes',
      ({ provider }) => expect(provider.capabilities.lateDeliveryMs).toBe(45 * 60_000),
    ],
    [
      'Use Cases: a URL with "test" in it is no test webhook',
      ({ provider: { capabilities } }, { webhook }) => {
        const urls = ['https://api.sari-sari-demo.ph/latest', 'https://contest.sari-sari-demo.ph/in'];
        const given = urls.map((url, index) => ({ ...webhook, id: String(index), url, createdAt: ago(365) }));
        expect(proposed(given, { test: { afterMs: 0, hosts: [] } }, { capabilities })).toEqual([]);
      },
    ],
  ],
  'simpay: Delete Webhook': [
    ['Response Details: the webhook was successfully deleted', leavesTheList],
    ['400 Company not found', failsFor('company-not-found', { kind: 'retry', pause: 'credential' })],
    ['400 Account is closed: cannot delete for closed accounts', failsFor('account-closed', { kind: 'refused' })],
    ['404 Webhook not found: the id was not found', unknownIsGone],
    ['404 Webhook not found: no active policy for the account', failsFor('no-policy', { kind: 'gone' })],
    [
      'Validations: 404 although it is there, so the list decides',
      async (world, one) => {
        world.simulator.setFaults(['no-policy']);
        await world.provider.delete(one.scope, one.webhook);
        expect(await listed(world, one.scope)).toContain(keyOf(one.webhook));
      },
    ],
    ['Deletion Behavior: permanent, and the id cannot be reused', comesBackNew],
    [
      'Deletion Behavior: a new webhook with the same URL and type may be created',
      async (world, one) => {
        await remove(world, one);
        await world.provider.create(one.scope, backupOf(one.webhook));
        const again = webhooksOf(await world.provider.list(one.scope));
        expect(again.map(({ url, events }) => [url, events])).toContainEqual([one.webhook.url, one.webhook.events]);
      },
    ],
    [
      'Best Practices: disable by a test URL instead of deleting – never done, and known as parking',
      async (world, one) => {
        await cannotSwitchOff(world, one);
        expect(world.provider.capabilities.parkedUrls).toBe(true);
        expect(world.simulator.requests.some(({ mutating }) => mutating)).toBe(false);
      },
    ],
    ['Post-Deletion: not in List Webhooks, and the others of the account are as they were', leavesTheList],
    [
      'Post-Deletion: in-flight notifications may still be delivered',
      ({ provider }) => expect(provider.capabilities.lateDeliveryMs).toBeGreaterThan(0),
    ],
  ],
  'omise: Delete Webhook Secret': [
    ['200: permanently deleted', leavesTheList],
    [
      '400: the id does not start with whsec_',
      async ({ provider, calls }, { scope }) => {
        const before = calls.length;
        expect((await provider.delete(scope, { kind: 'signing-secret', id: 'secret_1' })).kind).toBe('refused');
        expect(calls.length).toBe(before);
      },
    ],
    ['401: authentication failed', failsFor('wrong-key', { kind: 'retry', pause: 'credential' })],
    ['404: the secret id does not exist', unknownIsGone],
    ['404: the secret has already been deleted', goneAgain],
    ['5xx: retry with backoff – but only after it was read back', failsFor('error-before', { kind: 'unknown' })],
    ['Deletion Response: deleted is always true', failsFor('not-deleted', { kind: 'unknown' })],
    ['Deletion Response: livemode', failsFor('live-mode', { kind: 'unknown' })],
    ['Deletion effects: cannot be recovered', comesBackNew],
    ['Deletion effects: the only secret is never proposed', onlyOne],
    [
      'Key Rotation: both for a while, and a person has to confirm that the new one is deployed',
      () => {
        const both = [secret('old', 400), secret('new', 3)];
        expect(proposed(both, { 'superseded-secret': { overlapMs: 7 * 86_400_000, keep: 1 } })).toEqual([]);
        expect(proposed(both, { 'superseded-secret': { overlapMs: 86_400_000, keep: 1 } })).toEqual(['old']);
      },
    ],
  ],
  'spaaza: Deleting a webhook signature': [
    ['Overview: deletes the key, softly', leavesTheList],
    [
      'Overview: webhooks that use it lose their HMAC, so one in use is never deleted',
      async (world) => {
        const all = (await everything(world)).map(({ webhook }) => webhook);
        const used = secretsInUse(all);
        const cover = coverOf(all, new Set());
        const around = { account: world.account, now: Date.now(), cover, secretsInUse: used };
        const kept = all
          .filter(({ kind }) => kind === 'signing-secret')
          .filter((one) => standingGuards(one, true, around, false).guards.some(({ guard }) => guard === 'in-use'));
        expect(kept.map(({ id }) => id)).toEqual([...used]);
        expect(used.size).toBeGreaterThan(0);
      },
    ],
    ['6 no_valid_session: the session has expired', failsFor('expired-in-200', { kind: 'retry', pause: 'credential' })],
    ['68 permission_denied_or_non_existent', failsFor('forbidden', { kind: 'retry', pause: 'credential' })],
    ['528 webhook_signature_not_found', unknownIsGone],
    ['528, deleted before', goneAgain],
    [
      'Example response: the value of the key is in it, and gets no further',
      async (world, one) => {
        const [, value] = /"value":"(\w+)"/.exec(JSON.stringify(world.simulator.state.get(one.key))) ?? [];
        expect(value).toBeDefined();
        expect(JSON.stringify(await world.provider.delete(one.scope, one.webhook))).not.toContain(value);
      },
    ],
    ['Not in the documents: a signature cannot be switched off', cannotSwitchOff],
  ],
};

/** The kind that the page is about. */
const kindOf = ({ provider }: World): Kind =>
  provider.capabilities.kinds.includes('signing-secret') ? 'signing-secret' : 'endpoint';

describe.each(Object.entries(pages))('the page %s', (page, rows) => {
  it.each(rows)('%s', async (_row, check) => {
    const world = await worldOf(page.split(':')[0] ?? '');
    const kind = kindOf(world);
    const found = await everything(world);
    const one = kind === 'endpoint' ? await single(world, found) : firstOf(found, kind);
    await check(world, one);
  });
});

/** An endpoint with a URL that no other has. */
const single = async (world: World, [like]: readonly Found[]): Promise<Found> => {
  const row = world.simulator.state.get(like?.key ?? '');
  if (row === undefined) throw new Error('the simulator has no webhook');
  const made = another(world.simulator, row);
  world.simulator.state.set(made.id, made);
  const found = (await everything(world)).find(({ key }) => key === made.id);
  if (found === undefined) throw new Error('the list does not have the webhook');
  return found;
};
