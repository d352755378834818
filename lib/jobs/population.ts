import { type CleanupRecord, recordKey, recordRef } from '../audit/record.ts';
import { readable, whyUnreadable } from '../audit/stored.ts';
import { change, type Draft, type Item, type Key, type WritePorts } from '../audit/table.ts';
import { canonical, sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import type { Sighting } from '../detect/finding.ts';
import { absenceAfter } from '../detect/unresolvable.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import { keyOf, type Webhook, type WebhookRef } from '../webhook.ts';
import { markedGone } from './gone.ts';
import { type Names, nameOf } from './resolve.ts';
import { noteScope, type ScopeItem, scopeKey } from './scope.ts';

type SeenWebhook = Sighting & WebhookRef;

/** One page of the last good scan: what our own scans saw of each webhook of the scope. */
type SeenPage = Item & { seen: Readonly<Record<string, SeenWebhook>> };
/** Sightings by `keyOf`. */
export type Seen = ReadonlyMap<string, SeenWebhook>;

const pageKey = (scopePk: string, page: number): Key => ({ pk: scopePk, sk: `seen#${page}` });

const pageKeys = ({ pk, lastGood }: ScopeItem): Key[] =>
  Array.from({ length: lastGood?.pages ?? 0 }, (_, page) => pageKey(pk, page));

/** What the last good scan of these scopes saw; empty before the first. */
export const readSeen = async (
  ports: Pick<WritePorts, 'table'>,
  ...scopes: readonly (ScopeItem | undefined)[]
): Promise<Seen> => {
  const items = readable<SeenPage>(await ports.table.get(scopes.flatMap((scope) => (scope ? pageKeys(scope) : []))));
  return new Map(items.flatMap((item) => Object.entries(item.seen)));
};

/**
 * The sightings after one more good scan: first seen, off-since and absences from DNS are kept while they hold.
 *
 * @param names what DNS says of the hosts now
 */
export const seeAgain = (
  before: Seen,
  webhooks: readonly Webhook[],
  now: Ms,
  account: Pick<Account, 'rules'>,
  names: Names,
): Seen => {
  const at = iso(now);
  return new Map(
    webhooks.map((webhook) => {
      const known = before.get(keyOf(webhook));
      const success = [known?.lastSuccess, webhook.signal?.lastSuccess]
        .filter((time) => time != null)
        .sort()
        .at(-1);
      const answer = names.get(keyOf(webhook)) ?? 'unknown';
      const { unresolvable } = account.rules;
      const absent = unresolvable && absenceAfter(known?.absent, nameOf(account, webhook), answer, now, unresolvable);
      const sighting = {
        kind: webhook.kind,
        id: webhook.id,
        firstSeen: known?.firstSeen ?? at,
        ...(!webhook.enabled && { offSince: known?.offSince ?? at }),
        ...(success && { lastSuccess: success }),
        ...(absent && { absent }),
      };
      return [keyOf(webhook), sighting] as const;
    }),
  );
};

const paged = (seen: Seen): Record<string, unknown>[] => {
  const pages: Record<string, unknown>[] = [{}];
  let bytes = 0;
  for (const [id, sighting] of seen) {
    const size = canonical([id, sighting]).length + 64;
    if (bytes + size > limits.itemBytesMax / 2) {
      pages.push({});
      bytes = 0;
    }
    (pages.at(-1) as Record<string, unknown>)[id] = sighting;
    bytes += size;
  }
  return pages;
};

/** Writes the pages that changed; answers how many pages there are now. */
export const writeSeen = async (ports: WritePorts, account: string, scope: string, seen: Seen): Promise<number> => {
  const { pk } = scopeKey(account, scope);
  const pages = paged(seen);
  for (const [page, content] of pages.entries())
    await change<SeenPage>(ports, pageKey(pk, page), (current) =>
      current && canonical(current.seen) === canonical(content)
        ? null
        : { next: { ...pageKey(pk, page), seen: content } as Draft<SeenPage> },
    );
  return pages.length;
};

/**
 * What a complete-looking list is worth beside the last one that was good.
 *
 * `missing` are ids that should be there and are not (those that we deleted are not missing); `shrunk` says that they are
 * more than the policy allows: only a person, or the same list for a person's acceptance, makes it good again.
 */
export type Assessment = { missing: readonly string[]; hash: string; shrunk: boolean };

export const assess = (
  account: Account,
  expected: ReadonlyMap<string, unknown>,
  listed: ReadonlyMap<string, unknown>,
  deletedByUs: ReadonlySet<string>,
): Assessment => {
  const due = [...expected.keys()].filter((id) => !deletedByUs.has(id));
  const missing = due.filter((id) => !listed.has(id)).sort();
  const shrunk = missing.length * 100 > account.limits.shrink.percent * due.length;
  return { missing, hash: sha256(missing.join('\n')), shrunk: missing.length > 0 && shrunk };
};

/** Which ids of the last good scan that a list leaves out went by our own hand: by the scope's marks, else by their records. */
export const goneByUs = async (
  ports: WritePorts,
  account: string,
  scope: string,
  seen: Seen,
  listed: ReadonlyMap<string, unknown>,
  gone: ScopeItem['gone'],
): Promise<Set<string>> => {
  const absent = [...seen.keys()].filter((id) => !listed.has(id));
  const marked = new Set(markedGone(gone, absent));
  const unsure = absent.flatMap((key) => (marked.has(key) ? [] : (seen.get(key) ?? [])));
  const keys = unsure.map(({ kind, id }) => recordKey({ account, scope, kind, webhookId: id }));
  const records = (await ports.table.get(keys)) as CleanupRecord[];
  const believed = records.filter((record) => whyUnreadable(record) === null);
  return new Set([...marked, ...believed.filter(({ deleteSent }) => deleteSent).map(recordRef)]);
};

/** A good scan since its cycle began did not show it: a person may have accepted that, and the next list must not ask again. */
export const isKnownAbsent = (record: CleanupRecord, scope: ScopeItem | undefined, seen: Seen): boolean =>
  scope?.lastGood !== undefined &&
  !seen.has(recordRef(record)) &&
  scope.lastGood.at >= Date.parse(record.history[0]?.at ?? '');

/** Whether these missing ids may be believed: the same set was seen before, or a person accepted it. */
export const isBelieved = ({ missing, hash }: Assessment, known: ScopeItem['missing']): boolean =>
  missing.length === 0 || (known?.hash === hash && known.confirmed);

/** What to remember of missing ids: a set that does not exceed `shrink` is confirmed by a second equal list. */
export const remember = ({ missing, hash, shrunk }: Assessment, known: ScopeItem['missing']): ScopeItem['missing'] => {
  if (missing.length === 0) return undefined;
  if (known?.hash === hash) return { hash, confirmed: known.confirmed || !shrunk };
  return { hash, confirmed: false };
};

/**
 * What a good list saw is what the next lists of the scope are weighed against. Workers note it where it shows more than the
 * last scan, which may have been answered with an empty list.
 */
export const noteGoodList = async (
  ports: WritePorts,
  account: Account,
  scope: string,
  { list, at }: { list: readonly Webhook[]; at: Ms },
  before: Seen,
): Promise<void> => {
  const pages = await writeSeen(ports, account.name, scope, seeAgain(before, list, at, account, new Map()));
  await noteScope(ports, account.name, scope, () => ({ lastGood: { at, webhooks: list.length, pages } }));
};
