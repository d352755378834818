import { type CleanupRecord, recordKey, recordRef } from '../../lib/audit/record.ts';
import { isOpen } from '../../lib/audit/states.ts';
import { fingerprintParts, keyOf } from '../../lib/webhook.ts';
import { verifyRecords } from '../audit/verify-all.ts';
import type { Made } from './creations.ts';
import { alone, type Step } from './oracle.ts';
import type { Hook, Remote, Scope } from './remote.ts';
import type { SimulatedTable } from './table.ts';
import { count, violate, type World } from './world.ts';

type Truth = { hook: Hook | undefined; scope: Scope };

/** The story is told by clocks that run ahead by this at most, and some more. */
const skewMaxMs = 10_000;
const lastAt = (record: CleanupRecord): number => Date.parse(record.history.at(-1)?.at ?? '');

/** Why what the audit says of an ended record is not how its webhook stands; null where it is. */
const contradiction = (record: CleanupRecord, { hook }: Truth, touched: boolean): string | null => {
  const { on } = fingerprintParts(record.fingerprint);
  const stands = hook ? (hook.webhook.enabled ? 'on' : 'off') : 'absent';
  const ours = touched && hook?.hand === 'us';
  switch (record.state) {
    case 'deleted':
    case 'gone':
      return hook ? `${record.state}, but it is there, ${stands}` : null;
    case 'kept':
    case 'restored':
      return ours && hook.webhook.enabled !== on ? `${record.state}, but it is ${stands}, found ${on}` : null;
    case 'disabled':
      return ours && stands !== 'off' ? `disabled, but it is ${stands}` : null;
    case 'failed':
      return (hook ? hook.strangerAt < lastAt(record) - skewMaxMs : false) && record.leftAs !== stands
        ? `failed, left as ${record.leftAs}, but it is ${stands}`
        : null;
    default:
      return null;
  }
};

/** A webhook that shows our hand and no record that says so. */
const untold = (record: CleanupRecord | undefined, key: string, { hook, scope }: Truth): string | null => {
  if (record && (record.held || isOpen(record.state))) return null;
  const removed = scope.removed.get(key);
  const restored = record?.state === 'restored' && record.restoredAs !== undefined;
  if (removed?.by === 'us' && record?.state !== 'deleted' && record?.leftAs !== 'absent' && !restored)
    return `we deleted it, and its record is ${record?.state}`;
  // An earlier cycle that failed may have left it off: that is how this one found it.
  const foundOff = record !== undefined && !fingerprintParts(record.fingerprint).on;
  if (
    hook?.hand === 'us' &&
    !hook.webhook.enabled &&
    record?.state !== 'disabled' &&
    record?.leftAs !== 'off' &&
    !foundOff
  )
    return `we switched it off, and its record is ${record?.state}`;
  return null;
};

const waits = (record: CleanupRecord): boolean => isOpen(record.state) && record.held === undefined;

/** Where a stranger took the cover away after our list: put back, or cried out. */
const unhealed = (
  step: Step,
  record: CleanupRecord | undefined,
  { hook, scope }: Truth,
  cried: boolean,
): string | null => {
  if (!step.excused || record?.held || record?.cycle !== step.cycle) return null;
  if (step.call === 'delete') return cried ? null : 'took the last one with a stranger, and nobody was told';
  const off = hook && hook.hand === 'us' && !hook.webhook.enabled && hook.strangerAt < step.at;
  return off && scope.harmedAt < step.at && record.state !== 'disabled' && alone(scope, hook.webhook).length > 0
    ? 'took the last one with a stranger, and was not undone'
    : null;
};

/** What stands for a restored webhook is there as the old one was found, unless somebody else or a later cycle had a hand in it. */
const unrestored = (record: CleanupRecord, { scope }: Truth, later: CleanupRecord | undefined): string | null => {
  if (record.state !== 'restored' || record.restoredAs === undefined) return null;
  // A person's own choice of the one that stands for it goes before.
  if (later?.findings.some(({ rule }) => rule === 'manual')) return null;
  if (later && Date.parse(later.history[0]?.at ?? '') > lastAt(record)) return null;
  const key = keyOf({ kind: record.kind, id: record.restoredAs });
  const stands = scope.hooks.get(key);
  if (!stands) return scope.removed.get(key)?.by === 'us' ? `restored as ${key}, which we deleted` : null;
  const { on } = fingerprintParts(record.fingerprint);
  // A hand may lie on what was created for it before a list shows us that it is there.
  const asked = Date.parse(record.history.findLast(({ event }) => event === 'restoring')?.at ?? '');
  const born = Date.parse(stands.webhook.createdAt ?? '');
  const since = born > asked - skewMaxMs ? born : lastAt(record) - skewMaxMs;
  return stands.strangerAt < since && stands.webhook.enabled !== on
    ? `restored as ${key}, which is ${on ? 'off' : 'on'}`
    : null;
};

/** What was created for a record that does not say so. */
const unowned = ({ pk, cycle, key, scope }: Made, record: CleanupRecord | undefined): string | null => {
  if (pk === null || key === null || !scope.hooks.has(key) || !record || record.cycle !== cycle) return null;
  // Nothing tells whether a secret is the one that was made; its record says so.
  if (record.kind === 'signing-secret') return null;
  if (record.held || isOpen(record.state) || record.state === 'restored') return null;
  return `${key} was created for it, and its record is ${record.state}`;
};

/** What must hold once nothing moves any more. */
export const checkRest = async (
  world: World,
  table: SimulatedTable,
  remotes: readonly Remote[],
  steps: readonly Step[],
  made: readonly Made[],
  lagging: boolean,
): Promise<void> => {
  const records = new Map(table.records().map((record) => [record.pk, record]));
  const truthOf = (record: CleanupRecord): Truth => {
    const remote = remotes.find(({ account }) => account === record.account) as Remote;
    const scope = remote.scopes.find(({ name }) => name === record.scope) as Scope;
    return { scope, hook: scope.hooks.get(recordRef(record)) };
  };
  const say = (pk: string, why: string | null): void => {
    if (why && lagging) count(world, 'excused by lag');
    else if (why) violate(world, null, `${pk}: ${why}`);
  };
  for (const record of records.values()) {
    count(world, `end ${record.held ? 'held' : record.state}`);
    if (waits(record)) violate(world, null, `${record.pk} waits for ever as ${record.state} for ${record.waitFor}`);
    const touched = steps.some(({ pk, cycle }) => pk === record.pk && cycle === record.cycle);
    say(record.pk, contradiction(record, truthOf(record), touched));
    const standIn = recordKey({ ...record, webhookId: record.restoredAs ?? record.webhookId }).pk;
    say(record.pk, unrestored(record, truthOf(record), records.get(standIn)));
  }
  for (const { account, scopes } of remotes)
    for (const scope of scopes)
      for (const key of [...scope.hooks.keys(), ...scope.removed.keys()]) {
        const [kind, id] = key.startsWith('signing-secret ')
          ? (['signing-secret', key.slice(15)] as const)
          : (['endpoint', key] as const);
        const { pk } = recordKey({ account, scope: scope.name, kind, webhookId: id });
        say(pk, untold(records.get(pk), key, { scope, hook: scope.hooks.get(key) }));
      }
  for (const step of steps) {
    const record = records.get(step.pk) as CleanupRecord;
    const cried = record.history.some(({ detail }) => detail.includes('nobody receives'));
    say(step.pk, unhealed(step, record, truthOf(record), cried));
  }
  for (const one of made) if (one.pk !== null) say(one.pk, unowned(one, records.get(one.pk)));
  const { broken } = await verifyRecords(table.truth, {}, world.scheduler.now());
  for (const { record, why } of broken) violate(world, null, `the story of ${record}: ${why}`);
};
