import { untilFrom } from '../cli/veto.ts';
import type { Ms } from '../clock.ts';
import { CommandError } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Problems, Written } from './confirm.ts';
import type { Meant } from './meant.ts';

type Body = Readonly<Record<string, unknown>>;

/** The fields of a form; '' for what was not sent, or is no text. */
export const sentBy = (body: Body): Written & { form: string; target: string } => {
  const text = (name: string): string => {
    const value = body[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    form: text('form'),
    target: text('target'),
    reason: text('reason'),
    word: text('word'),
    until: text('until'),
  };
};

const untilProblem = (until: string, now: Ms): string | null => {
  try {
    if (until !== '') untilFrom(until, now);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return `${error.failure.message.replace('--until ', '')}; ${error.failure.hint}`;
    throw error;
  }
};

/** What keeps a form from being taken, field by field. */
export const problemsOf = ({ word }: Pick<Meant, 'word'>, written: Written, now: Ms): Problems => {
  const until = untilProblem(written.until, now);
  const { reasonCharactersMax: most } = limits;
  return {
    ...(written.reason === '' && { reason: 'Give a reason: the history keeps it.' }),
    ...(written.reason.length > most && { reason: `A reason has at most ${most} characters.` }),
    ...(word !== null && written.word !== word && { word: `Type ${word}, exactly as it is written here.` }),
    ...(until !== null && { until }),
  };
};
