import * as v from 'valibot';
import { iso, type Ms } from '../clock.ts';
import type { Signal, Webhook } from '../webhook.ts';
import { isoTime } from './listing.ts';
import type { Failed } from './pages.ts';
import { failure, type Get } from './replied.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** GitLab shows the events of the last seven days. */
const memoryMs = 7 * dayMs;
/** Each may hold a payload and an answer in full, so few are asked for. */
const perPage = 5;

const Event = v.looseObject({
  created_at: v.nullish(v.pipe(v.string(), v.transform(isoTime), v.string())),
  response_status: v.nullish(v.union([v.string(), v.number()])),
  response_headers: v.nullish(v.unknown()),
});
type Event = v.InferOutput<typeof Event>;
type Events = { status: 'read'; events: readonly Event[] } | { status: 'none' } | Failed;

/** Versions before 17.3 have no such list. */
const notOffered: ReadonlySet<number> = new Set([400, 404, 405, 410]);

const read = async (url: string, get: Get): Promise<Events> => {
  const { answer, outcome } = await get(url);
  if ('status' in answer && notOffered.has(answer.status)) return { status: 'none' };
  if (answer.kind !== 'answer' || outcome.kind !== 'done') return { status: 'incomplete', outcome: failure(outcome) };
  const parsed = v.safeParse(v.array(Event), answer.json);
  return parsed.success
    ? { status: 'read', events: parsed.output }
    : { status: 'incomplete', outcome: { kind: 'retry', why: 'a list of webhook events cannot be read' } };
};

const succeeded = ({ response_status: status }: Event): boolean => /^2\d\d$/.test(String(status));

/** The receiver's own clock: the only time that older versions pass on. */
const receiverDate = (headers: unknown): number => {
  if (typeof headers !== 'object' || headers === null) return Number.NaN;
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'date')?.[1];
  return Date.parse(String(Array.isArray(found) ? found[0] : found));
};

/** When it was; `fallback` where nobody tells, or tells a time outside of GitLab's memory. */
const timeOf = ({ created_at: created, response_headers: headers }: Event, now: Ms, fallback: Ms): Ms => {
  const at = created ? Date.parse(created) : receiverDate(headers);
  return at >= now - memoryMs - dayMs && at <= now ? at : fallback;
};

const latest = (events: readonly Event[], now: Ms, fallback: Ms): Ms | null =>
  events.length === 0 ? null : Math.max(...events.map((event) => timeOf(event, now, fallback)));

const times = (success: Ms | null, attempt: Ms | null, failing: boolean): Signal => ({
  lastSuccess: success === null ? null : iso(success),
  lastAttempt: iso(Math.max(success ?? 0, attempt ?? 0)),
  failing,
});

/**
 * The signal of one webhook from its events: one call where it works, two otherwise. A success without a time counts as
 * of now, any other attempt as of the start of GitLab's memory: each errs towards keeping the webhook.
 *
 * @param url of the webhook
 */
export const eventSignal = async (
  webhook: Webhook,
  url: string,
  now: Ms,
  get: Get,
): Promise<Signal | null | Failed> => {
  const failing = webhook.signal?.failing ?? false;
  const good = await read(`${url}/events?per_page=${perPage}&status=successful`, get);
  if (good.status === 'none') return webhook.signal;
  if (good.status !== 'read') return good;
  // What does not know the filter answers with everything.
  const success = latest(good.events.filter(succeeded), now, now);
  if (success !== null && !failing) return times(success, success, false);
  const all = await read(`${url}/events?per_page=${perPage}`, get);
  if (all.status !== 'read' && all.status !== 'none') return all;
  const attempt = all.status === 'read' ? latest(all.events, now, now - memoryMs) : null;
  return success === null && attempt === null ? webhook.signal : times(success, attempt, failing || success === null);
};
