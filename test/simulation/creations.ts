import { backupKey, type CleanupRecord } from '../../lib/audit/record.ts';
import type { Item, Key } from '../../lib/audit/table.ts';
import type { Creation } from '../../lib/providers/contract.ts';
import { fingerprint, fingerprintParts, keyOf, sameConfig, type Webhook } from '../../lib/webhook.ts';
import type { Scope } from './remote.ts';
import { count, type Task, violate, type World } from './world.ts';

/** One call that creates. `pk` is that of the record whose restore it is; null for a replacement. */
export type Made = {
  scope: Scope;
  pk: string | null;
  cycle: number;
  /** How often a person had asked for it. */
  asked: number;
  url: string | null;
  key: string | null;
};

/** Watches what is created: asked for, from its backup, as it was, and once. */
export const createCreationOracle = (world: World, find: (key: Key) => Item | undefined) => {
  const made: Made[] = [];

  const checkRestore = (task: Task, scope: Scope, creation: Creation, claim: CleanupRecord): void => {
    const said = (what: string) => violate(world, task, `create for ${claim.pk}: ${what}`);
    if (claim.pending?.call !== 'create') said(`claimed for ${claim.pending?.call}`);
    if (!claim.history.some(({ event, actor }) => event === 'restoring' && actor.startsWith('person')))
      said('no person asked for it');
    if (!find(backupKey(claim, claim.cycle))) said('without a backup');
    const old = scope.removed.get(keyOf({ kind: claim.kind, id: claim.webhookId }));
    if (!old) {
      said('it was never removed');
      return;
    }
    const whole = { ...old.webhook, ...creation, name: old.webhook.name };
    if (!sameConfig(fingerprint(whole), claim.fingerprint)) said('it is not what was reviewed and removed');
    if (creation.enabled !== fingerprintParts(claim.fingerprint).on) said('it is not on as it was found');
  };

  /** @returns what to do when the effect lands */
  const called = (task: Task, account: string, scope: Scope, creation: Creation, claim: CleanupRecord | null) => {
    if (claim) checkRestore(task, scope, creation, claim);
    const { pk = null, cycle = 0 } = claim ?? {};
    const asked = claim?.history.filter(({ event }) => event === 'restoring').length ?? 0;
    const one: Made = { scope, pk, cycle, asked, url: creation.url, key: null };
    made.push(one);
    const sameAs = (other: Made): boolean =>
      other.scope === scope &&
      other.pk === pk &&
      other.cycle === cycle &&
      other.url === one.url &&
      (one.url !== null || other.asked === asked);
    // A replacement is asked for by a person who sees no more than the list; a restore knows what it did.
    const shown = task.lists.get(`${account}\n${scope.name}`)?.webhooks ?? [];
    const isSame = ({ enabled, events, url }: Webhook): boolean =>
      enabled === creation.enabled && `${events}` === `${creation.events}` && url === creation.url;
    const stands = ({ key }: Made): boolean =>
      key !== null &&
      (pk === null
        ? shown.some((one) => keyOf(one) === key && isSame(one))
        : (scope.hooks.get(key)?.editedAt ?? 0) < 0);
    return (webhook: Webhook): void => {
      const twin = made.find((other) => sameAs(other) && stands(other));
      one.key = keyOf(webhook);
      count(world, claim ? 'restored by creation' : 'replacement created');
      if (twin) violate(world, task, `${pk ?? one.url} was created twice: ${twin.key} and ${one.key}`);
    };
  };
  return { made, called };
};
export type CreationOracle = ReturnType<typeof createCreationOracle>;
