import { iso, type Ms } from '../clock.ts';
import { scrub } from '../credentials.ts';
import type { LogEvent } from '../jobs/ports.ts';
import { redactUrl } from '../url.ts';
import { embedded } from './metrics.ts';

/** What every line of one invocation has in common. */
export type LogContext = { stage: string; function?: string; requestId?: string };

/** Errors of libraries may quote a URL. */
const withoutUrlSecrets = (text: string): string => text.replace(/\S*:\/\/\S*/g, (word) => redactUrl(word));

/**
 * One event as one line of JSON, with the embedded metrics of its counts. Known secrets and those in URLs are replaced.
 *
 * @param now milliseconds since 1970
 * @param secrets every credential that this process has read
 */
export const logLine = (event: LogEvent, context: LogContext, now: Ms, secrets: Iterable<string>): string => {
  const { level, message, detail, count, ...subject } = event;
  const counts = count && Object.keys(count).length > 0 ? embedded(count, context.stage, event.account, now) : {};
  const line = {
    time: iso(now),
    level,
    message: withoutUrlSecrets(message),
    ...context,
    ...subject,
    ...(detail !== undefined && { detail: withoutUrlSecrets(detail) }),
    ...counts,
  };
  return scrub(JSON.stringify(line), [...secrets]);
};
