import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Answer } from './http.ts';

/** What a provider says is left to an account: `left` calls of `of` (null where it does not say), and more at `resetAt`. */
export type Quota = { left: number; of: number | null; resetAt: Ms };

/** Headers that tell of it. The reset is a time of day in whole seconds. */
export type QuotaHeaders = Readonly<Record<'limit' | 'remaining' | 'reset', string>>;

const wholeOf = (text: string | null): number | null => (/^\d{1,12}$/.test(text?.trim() ?? '') ? Number(text) : null);

/** What the headers of an answer tell, by the server's own clock where it shows it; null where they tell nothing. */
export const quotaOf = (answer: Answer, { limit, remaining, reset }: QuotaHeaders, now: Ms): Quota | null => {
  if (!('status' in answer)) return null;
  const { headers } = answer;
  const [left, seconds] = [wholeOf(headers.get(remaining)), wholeOf(headers.get(reset))];
  if (left === null || seconds === null) return null;
  const told = Date.parse(headers.get('date') ?? '');
  const waitMs = seconds * 1000 - (Number.isNaN(told) ? now : told);
  const resetAt = now + Math.min(Math.max(waitMs, 0), limits.retryAfterMaxMs);
  return { left, of: wholeOf(headers.get(limit)), resetAt };
};

/** The answer with the time to wait that a used-up limit asks for, where it says none itself. */
export const withReset = (answer: Answer, headers: QuotaHeaders, now: Ms): Answer => {
  if (!('status' in answer) || ![403, 429].includes(answer.status) || answer.retryAfterMs !== null) return answer;
  const quota = quotaOf(answer, headers, now);
  return quota?.left === 0 ? { ...answer, retryAfterMs: quota.resetAt - now } : answer;
};

/** Remembers what the newest answer told. */
export const createQuota = () => {
  let newest: Quota | null = null;
  return {
    note: (quota: Quota | null): void => {
      newest = quota ?? newest;
    },
    quota: (): Quota | null => newest,
  };
};

/** Until when so little is left that the next calls would be refused, and why; null where there is enough. */
export const spentUntil = (quota: Quota | null | undefined, now: Ms): { until: Ms; why: string } | null => {
  if (!quota || quota.resetAt <= now) return null;
  const { left, of } = quota;
  if (left > 0 && left * 100 > limits.quotaReservePercent * (of ?? 0)) return null;
  const calls = of === null ? `${left} calls` : `${left} of ${of} calls`;
  return { until: quota.resetAt, why: `the provider says that ${calls} are left until its limit begins anew` };
};
