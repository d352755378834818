import * as v from 'valibot';
import type { Signal, Webhook } from '../webhook.ts';
import { isoTime } from './listing.ts';
import type { Failed } from './pages.ts';
import { failure, type Get } from './replied.ts';

const perPage = 30;

const Delivery = v.looseObject({
  delivered_at: v.pipe(v.string(), v.transform(isoTime), v.string()),
  // 0 or 5xx where the receiver was not reached.
  status_code: v.pipe(v.number(), v.safeInteger()),
});
type Delivery = v.InferOutput<typeof Delivery>;

type Deliveries = { status: 'read'; deliveries: readonly Delivery[] } | { status: 'none' } | Failed;

/** Answers that say that there is no such list here, for this token or this version: that is no fault of the webhooks. */
const notOffered: ReadonlySet<number> = new Set([400, 404, 410, 422]);

const read = async (url: string, get: Get): Promise<Deliveries> => {
  const { answer, outcome } = await get(url);
  if ('status' in answer && notOffered.has(answer.status)) return { status: 'none' };
  if (answer.kind !== 'answer' || outcome.kind !== 'done') return { status: 'incomplete', outcome: failure(outcome) };
  const parsed = v.safeParse(v.array(Delivery), answer.json);
  return parsed.success
    ? { status: 'read', deliveries: parsed.output }
    : { status: 'incomplete', outcome: { kind: 'retry', why: 'a list of deliveries cannot be read' } };
};

const succeeded = ({ status_code: code }: Delivery): boolean => code >= 200 && code <= 299;

const newest = (deliveries: readonly Delivery[]): Delivery | null =>
  deliveries.reduce<Delivery | null>(
    (best, delivery) => (best === null || delivery.delivered_at > best.delivered_at ? delivery : best),
    null,
  );

/**
 * The signal of one webhook, from its newest deliveries: one call, or two where none of a whole page succeeded.
 * A failure other than "not offered" makes the list incomplete: a finding must not come and go with a throttle.
 *
 * @param url of the webhook
 */
export const deliverySignal = async (webhook: Webhook, url: string, get: Get): Promise<Signal | null | Failed> => {
  const latest = await read(`${url}/deliveries?per_page=${perPage}`, get);
  if (latest.status === 'none') return webhook.signal;
  if (latest.status !== 'read') return latest;
  const last = newest(latest.deliveries);
  if (last === null) return webhook.signal;
  let success = newest(latest.deliveries.filter(succeeded));
  if (success === null && latest.deliveries.length >= perPage) {
    const earlier = await read(`${url}/deliveries?per_page=${perPage}&status=success`, get);
    if (earlier.status !== 'read' && earlier.status !== 'none') return earlier;
    // Older servers do not know the filter, and answer with everything.
    if (earlier.status === 'read') success = newest(earlier.deliveries.filter(succeeded));
  }
  return {
    lastSuccess: success?.delivered_at ?? null,
    lastAttempt: last.delivered_at,
    failing: !succeeded(last),
  };
};
