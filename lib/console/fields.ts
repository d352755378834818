import { untilFrom } from '../cli/veto.ts';
import type { Ms } from '../clock.ts';
import { CommandError } from '../failure.ts';
import { limits } from '../limits.ts';
import { parseReference } from '../policy/reference.ts';
import type { GivenAlong } from './service.ts';

/** What a person wrote into a form, by the names of its fields. */
export type Written = Readonly<Record<string, string>>;

/** One input of a form, beside what every form has. */
export type Field = {
  name: string;
  label: string;
  /** What is said where it is empty and must not be; null where it may be. */
  wanted: string | null;
  /** One of these; any text where there are none. */
  choices?: readonly (readonly [value: string, label: string])[];
  /** Longest text, in characters. */
  charactersMax?: number;
  /** Whether a text may be shown again where the form comes back; without it any may. It may be a secret, or hold one. */
  isShown?: (text: string) => boolean;
  /** What is wrong with a text, in words; null where nothing is. */
  problem(text: string, now: Ms): string | null;
};

/** What is wrong with each field, in words. */
export type Problems = Readonly<Record<string, string>>;

const problemOf = ({ choices, wanted, problem }: Field, text: string, now: Ms): string | null => {
  if (text === '') return wanted;
  if (choices && !choices.some(([value]) => value === text)) return 'Choose one of these.';
  return problem(text, now);
};

/** What keeps a form from being taken, field by field. */
export const problemsOf = (fields: readonly Field[], written: Written, now: Ms): Problems =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const problem = problemOf(field, written[field.name] ?? '', now);
      return problem === null ? [] : [[field.name, problem]];
    }),
  );

const { reasonCharactersMax } = limits;

export const reasonField: Field = {
  name: 'reason',
  label: 'Your reason, for the history',
  wanted: 'Give a reason: the history keeps it.',
  charactersMax: reasonCharactersMax,
  problem: ({ length }) =>
    length > reasonCharactersMax ? `A reason has at most ${reasonCharactersMax} characters.` : null,
};

export const untilField: Field = {
  name: 'until',
  label: 'Until when (a date, or a duration like 90d; empty for as long as nothing changes)',
  wanted: null,
  problem(text, now) {
    try {
      untilFrom(text, now);
      return null;
    } catch (error) {
      if (error instanceof CommandError)
        return `${error.failure.message.replace('--until ', '')}; ${error.failure.hint}`;
      throw error;
    }
  },
};

/** On production: the name of the account. */
export const wordField = (word: string): Field => {
  const wanted = `Type ${word}, exactly as it is written here.`;
  return {
    name: 'word',
    label: `This is production. Type ${word} to go on`,
    wanted,
    problem: (text) => (text === word ? null : wanted),
  };
};

const secretPrefix = 'secret:';

/** A reference to a secret, written as `form` says. The value never comes here: whoever makes the call reads it then. */
export const secretField = (name: string, isNeeded: boolean, form: string): Field => ({
  name: `${secretPrefix}${name}`,
  label: `${name}: where ${name === 'url' ? 'the whole URL' : 'it'} stands, as ${form}${isNeeded ? '' : ' (may be empty)'}`,
  wanted: isNeeded ? `It cannot come back without. Put it there, and write ${form}.` : null,
  isShown: (text) => parseReference(text) !== null,
  problem: (text) =>
    parseReference(text) === null
      ? `This is no reference, and is shown nowhere. Put the value there, and write ${form}.`
      : null,
});

/** A file is named whole: another process than this one may write it. */
export const placeField = (form: string): Field => {
  const how = `Write ${form}, its path whole, where nothing stands yet.`;
  return {
    name: 'secret-to',
    label: `Where the secret goes that the provider makes up, as ${form}`,
    wanted: `The provider shows it once. ${how}`,
    problem: (text) => (/^(?:file|ssm):\/./.test(text) ? null : how),
  };
};

/** What was given along, as the commands take it. */
export const givenAlong = (written: Written): GivenAlong => ({
  secrets: Object.fromEntries(
    Object.entries(written).flatMap(([name, text]) =>
      name.startsWith(secretPrefix) && text !== '' ? [[name.slice(secretPrefix.length), text]] : [],
    ),
  ),
  secretTo: written['secret-to'] || null,
});
