import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A whole number and its unit, nothing between: `200ms`, `30s`, `15m`, `24h`, `90d`. */
export const durationPattern = /^\d{1,9}(?:ms|s|m|h|d)$/;

/** Milliseconds, or null where the text is no duration or more than ten years. */
export const parseDuration = (text: string): Ms | null => {
  if (!durationPattern.test(text)) return null;
  const unit = text.replace(/^\d+/, '') as keyof typeof units;
  const ms = Number.parseInt(text, 10) * units[unit];
  return ms <= limits.policyDurationMaxMs ? ms : null;
};
