import type { Ms } from '../clock.ts';
import { parseDuration } from '../policy/duration.ts';
import { CommandError } from './command.ts';

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `24 h`, `90 d`, `30 s`; days only from three on, because waits are thought of in hours. */
export const durationText = (ms: Ms): string => {
  const [size, unit] = units.find(([size, name]) => ms >= size * (name === 'd' ? 3 : 1) && ms % size === 0) ?? [
    1,
    'ms',
  ];
  return ms === 0 ? '0 s' : `${ms / size} ${unit}`;
};

/** An ISO time to the minute, in UTC: `2026-10-05 14:00Z`. */
export const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;

const isoPattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** A date, a time or a duration back from now, in milliseconds since 1970. Times without a zone are UTC. */
export const parsePast = (text: string, option: string, now: Ms): Ms => {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago;
  const zoned = /T/.test(text) && !/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
  const at = isoPattern.test(text) ? Date.parse(zoned) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const hint = 'write a date (2026-01-31), a time (2026-01-31T12:00Z) or a duration back from now (7d, 24h)';
  throw new CommandError({ code: 'bad-time', message: `--${option} cannot be read as a time`, hint });
};
