import type { Ms } from '../clock.ts';
import { parseDuration } from '../policy/duration.ts';
import type { Policy } from '../policy/policy.ts';
import { knownAccounts } from '../requests/consent.ts';
import { textsOf } from './args.ts';
import { CommandError, type Context } from './command.ts';

type Values = Pick<Context, 'values'>;

/** @throws CommandError where it is missing or blank */
export const requiredText = ({ values }: Values, name: string): string => {
  const value = values[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new CommandError({ code: 'missing-option', message: `--${name} is missing`, hint: `add --${name} …` });
};

/** Accounts of `--account`, repeated or with commas; none where it is not given. */
export const namedAccounts = ({ values }: Values): string[] => textsOf(values, 'account');

/** The same, all of the policy where none is named. */
export const chosenAccounts = (context: Values, policy: Policy): string[] => {
  const names = knownAccounts(policy, namedAccounts(context));
  return names.length === 0 ? policy.accounts.map(({ name }) => name) : names;
};

/** @throws CommandError where it is no duration, or none at all */
export const duration = ({ values }: Values, name: string, preset: Ms): Ms => {
  const text = values[name];
  if (typeof text !== 'string') return preset;
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  const hint = 'write a number and its unit: 30s, 15m, 6h, 1d';
  throw new CommandError({ code: 'bad-option', message: `--${name} ${text} is no duration`, hint });
};

/** @throws CommandError where it is no whole number within the bounds */
export const wholeNumber = ({ values }: Values, name: string, preset: number, max: number): number => {
  const text = values[name];
  if (typeof text !== 'string') return preset;
  if (/^\d{1,10}$/.test(text) && Number(text) <= max) return Number(text);
  const message = `--${name} ${text} is no whole number from 0 to ${max}`;
  throw new CommandError({ code: 'bad-option', message, hint: `write it in digits: --${name} ${preset}` });
};
