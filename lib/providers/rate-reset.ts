import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Answer } from './http.ts';

const secondsOf = (text: string | null): number | null => (/^\d{1,12}$/.test(text?.trim() ?? '') ? Number(text) : null);

/**
 * The answer with the time to wait that a used-up limit asks for. The reset is a time of day in whole seconds, compared
 * with the server's own clock where it tells it.
 *
 * @param names headers: calls that are left, and when there are more
 */
export const withReset = (answer: Answer, names: readonly [remaining: string, reset: string], now: Ms): Answer => {
  if (!('status' in answer) || ![403, 429].includes(answer.status) || answer.retryAfterMs !== null) return answer;
  const [remaining, reset] = names.map((name) => secondsOf(answer.headers.get(name)));
  if (remaining !== 0 || reset == null) return answer;
  const told = Date.parse(answer.headers.get('date') ?? '');
  const waitMs = reset * 1000 - (Number.isNaN(told) ? now : told);
  return { ...answer, retryAfterMs: Math.min(Math.max(waitMs, 0), limits.retryAfterMaxMs) };
};
