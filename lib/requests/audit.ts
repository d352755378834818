import * as v from 'valibot';
import { cursorOf, placeOfCursor, spotOfCursor } from '../audit/cursor.ts';
import { auditPage } from '../audit/printed.ts';
import { type AuditFilter, boundsOf, type Place, type Unreadable } from '../audit/query.ts';
import { states } from '../audit/states.ts';
import { verifyPage } from '../audit/verify.ts';
import type { Spot } from '../audit/walk.ts';
import { iso } from '../clock.ts';
import { plansOf } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { guardNames, ruleNames } from '../jobs/why.ts';
import { limits } from '../limits.ts';
import { parseHostPattern } from '../policy/host-pattern.ts';
import { moment, request, words } from './request.ts';

const time = v.pipe(moment, v.transform(Date.parse));

/** What records are asked for, all of it and-ed. Without `since` the query looks back two years, and says so. */
const filter = v.strictObject({
  account: v.optional(words),
  provider: v.optional(words),
  environment: v.optional(v.picklist(['sandbox', 'production'])),
  webhook: v.optional(words),
  url: v.optional(words),
  host: v.optional(
    v.pipe(
      words,
      v.check((text) => parseHostPattern(text) !== null, 'write example.com or *.example.com'),
    ),
  ),
  state: v.optional(v.union([v.picklist(states), v.array(v.picklist(states))])),
  rule: v.optional(v.picklist([...ruleNames, 'manual'])),
  guard: v.optional(v.picklist(guardNames)),
  actor: v.optional(words),
  plan: v.optional(words),
  since: v.optional(time),
  until: v.optional(time),
});

const { pageRecordsMax } = limits;
const schema = v.strictObject({
  filter: v.optional(filter, {}),
  /** Records on a page. */
  limit: v.optional(
    v.pipe(
      v.number(),
      v.integer('write a whole number'),
      v.minValue(1, 'ask for one at least'),
      v.maxValue(pageRecordsMax, `ask for ${pageRecordsMax} at most, and go on with \`next\` as \`cursor\``),
    ),
    pageRecordsMax,
  ),
  /** `next` of the page before. */
  cursor: v.optional(words),
});
type Asked = v.InferOutput<typeof schema>;

/** A plan over several accounts stands for each of theirs. */
const perPlan = async (ports: Ports, { plan, ...rest }: Asked['filter']): Promise<AuditFilter> => {
  if (plan === undefined) return rest as AuditFilter;
  const plans = (await plansOf(ports, plan)).map(({ planId }) => planId);
  return { ...rest, plan: plans.length > 0 ? plans : plan } as AuditFilter;
};

const opened = async <At extends Place | Spot>(
  ports: Ports,
  { filter: asked, limit, cursor }: Asked,
  read: (cursor: string, filter: AuditFilter) => At,
) => {
  const wanted = await perPlan(ports, asked);
  const now = ports.clock.now();
  const { since, until } = boundsOf(wanted, now);
  const page = { limit, after: cursor === undefined ? null : read(cursor, wanted) };
  const nextOf = (next: At | null) => (next === null ? {} : { next: cursorOf(next, wanted) });
  return { wanted, now, page, nextOf, bounds: { since: iso(since), until: iso(until) } };
};

/** Records that match, newest change first: `next` is there where there are more. */
export const query = request(schema, async (ports, asked) => {
  const { wanted, now, page, nextOf, bounds } = await opened(ports, asked, placeOfCursor);
  const unreadable: Unreadable[] = [];
  const { records, next } = await auditPage(ports.table, wanted, now, page, (found) => void unreadable.push(found));
  return { records, ...nextOf(next), ...bounds, ...(unreadable.length > 0 && { unreadable }) };
});

/** Checks the stories and backups of the records that match, a page at a time. */
export const verify = request(schema, async (ports, asked) => {
  const { wanted, now, page, nextOf, bounds } = await opened(ports, asked, spotOfCursor);
  const { next, ...checked } = await verifyPage(ports.table, wanted, now, page);
  return { ...checked, ...nextOf(next), ...bounds };
});
