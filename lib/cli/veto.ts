import { iso, type Ms } from '../clock.ts';
import { parseDuration } from '../policy/duration.ts';
import { type Command, CommandError } from './command.ts';
import { decide } from './decision.ts';
import { requiredText } from './option.ts';

const datePattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Until when a veto lasts, in milliseconds since 1970.
 *
 * @param text a date (UTC), a date with time and zone, or a duration from now
 * @throws CommandError where it is neither, or already over
 */
export const untilFrom = (text: string, now: Ms): Ms => {
  const duration = parseDuration(text);
  const at = duration === null ? (datePattern.test(text) ? Date.parse(text) : Number.NaN) : now + duration;
  const hint = 'write a date like 2027-03-31, or a duration like 30d';
  if (Number.isNaN(at)) throw new CommandError({ code: 'bad-until', message: `--until ${text} is no time`, hint });
  if (at <= now) throw new CommandError({ code: 'bad-until', message: `--until ${text} is over already`, hint });
  return at;
};

export const veto: Command = {
  name: 'veto',
  summary: 'Keep a webhook: end its cleanup, and put back what was switched off.',
  usage: 'RECORD|PLAN-ID…',
  about: `A veto lasts until --until, or until the webhook or the rules change. What hooksweep had switched off is switched on again by
the next run; what is deleted already is not brought back.
Exit codes: 0 all vetoed, 3 some were not, 1 none.`,
  effects: {
    reads: 'what is kept',
    changes: 'ends or turns back records; the next run switches on again what was off',
  },
  options: { reason: { type: 'string' }, until: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history (required)', until: 'WHEN  a date, or a duration like 30d' },
  positionals: { min: 1, max: 1000 },
  examples: ['hooksweep veto "shop#shop#endpoint#123" --reason "partner still uses it" --until 90d'],
  run: (context) => {
    const reason = requiredText(context, 'reason');
    const targets = [...context.positionals];
    const { until } = context.values;
    return decide(
      context,
      (desk) => {
        const at = typeof until === 'string' ? { until: iso(untilFrom(until, desk.clock.now())) } : {};
        return desk.ask('veto', { targets, reason, ...at });
      },
      false,
    );
  },
};
