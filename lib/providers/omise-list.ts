import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import type { Listing, Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { addressed, failed, gather, Id, parseRow, type Read, Time, unread, wants } from './list-rows.ts';
import { unlisted } from './outcome.ts';

/** The most that one page may hold, as the page "List Webhook Secrets" has it. */
export const pageSizeMax = 100;

/** What every id of a secret looks like; anything else gets 400, so it is never sent. */
export const secretId = /^whsec_[A-Za-z0-9_]{1,200}$/;

const Page = v.looseObject({
  object: v.literal('list'),
  data: v.array(v.unknown()),
  offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  total: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

const RowSchema = v.looseObject({
  object: v.literal('webhook_secret'),
  id: Id,
  livemode: v.boolean(),
  created_at: Time,
});

const wanted = {
  object: 'is not webhook_secret',
  id: wants.id,
  livemode: 'is neither true nor false',
  created_at: wants.time,
} as const;

const readRow =
  (live: boolean) =>
  (given: unknown): Read => {
    const parsed = parseRow(RowSchema, given, wanted);
    if ('problem' in parsed) return parsed.problem;
    const { id, livemode, created_at: createdAt } = parsed.row;
    if (!secretId.test(id)) return { kind: 'problem', status: 'error', why: '"id" is not one of a secret (whsec_…)' };
    if (livemode !== live) {
      const why = `"livemode" is ${livemode}, which contradicts the environment of the account`;
      return { ...unread(why), status: 'error' };
    }
    return addressed({
      id,
      kind: 'signing-secret',
      url: null,
      name: null,
      events: [],
      enabled: true,
      createdAt,
      updatedAt: null,
      signal: null,
      settings: {},
      secretId: null,
    });
  };

type Fetched = { answer: Answer; outcome: Outcome };
type Walk = { found: Map<string, Webhook>; total: number | null };

const lastOf = (found: Map<string, Webhook>): string | undefined => [...found.keys()].at(-1);

/**
 * Takes one page in. Each page but the first begins with the last row of the page before: where somebody deleted and
 * somebody created in between, the total is the same, but that row is not.
 */
const takePage = ({ answer }: Fetched, offset: number, walk: Walk, live: boolean): Listing | null => {
  const parsed = v.safeParse(Page, answer.kind === 'answer' ? answer.json : undefined);
  if (!parsed.success || !('status' in answer) || answer.status !== 200)
    return failed('incomplete', 'retry', 'has a page that is not { object: "list", data, offset, total }');
  const { data, total } = parsed.output;
  if (parsed.output.offset !== offset) return failed('incomplete', 'retry', 'has a page that begins at another row');
  if (total !== (walk.total ?? total)) return failed('incomplete', 'retry', 'changed while it was read');
  walk.total = total;

  const overlap = new Map<string, Webhook>();
  const last = lastOf(walk.found);
  if (last !== undefined) {
    const bad = gather(data.slice(0, 1), readRow(live), overlap);
    if (bad !== null) return bad;
    if (lastOf(overlap) !== last) return failed('incomplete', 'retry', 'changed while it was read');
  }
  const before = walk.found.size;
  const bad = gather(data.slice(overlap.size), readRow(live), walk.found);
  if (bad !== null) return bad;
  if (walk.found.size > total) return failed('incomplete', 'retry', 'has more rows than its total');
  if (walk.found.size === before && before < total)
    return failed('incomplete', 'retry', 'has fewer rows than its total');
  return null;
};

/**
 * The whole list of signing secrets by limit and offset, or why it proves nothing.
 *
 * @param live what `livemode` has to be
 */
export const readSecrets = async (get: (offset: number) => Promise<Fetched>, live: boolean): Promise<Listing> => {
  const walk: Walk = { found: new Map(), total: null };
  for (let page = 0; page < limits.listPagesMax; page += 1) {
    const offset = Math.max(walk.found.size - 1, 0);
    const fetched = await get(offset);
    if (fetched.outcome.kind !== 'done') {
      const listing = unlisted(fetched.outcome);
      return listing.status === 'complete' || page === 0 ? listing : { ...listing, status: 'incomplete' };
    }
    const bad = takePage(fetched, offset, walk, live);
    if (bad !== null) return bad;
    if (walk.found.size === walk.total) return { status: 'complete', webhooks: [...walk.found.values()] };
  }
  return failed('incomplete', 'refused', `has more than ${limits.listPagesMax} pages`);
};
