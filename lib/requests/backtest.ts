import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import { parsePolicyDocument } from '../policy/packaged.ts';
import type { Account, Policy } from '../policy/policy.ts';
import { moment, request, words } from './request.ts';

/** Loaded only where it is asked for: what providers can do stands with the code that calls them. */
const capabilities = async () => {
  const { capabilitiesFor } = await import('../providers/capabilities.ts');
  const { providers } = await import('../providers/registry.ts');
  return (account: Account) => {
    const definition = providers[account.provider];
    return definition ? capabilitiesFor(definition, account) : null;
  };
};

const changedPolicy = (text: string): Policy => {
  try {
    return parsePolicyDocument(text, 'what was sent');
  } catch (error) {
    const message = `the changed policy cannot be read: ${(error as Error).message}`;
    throw new CommandError({ code: 'bad-request', message, hint: 'send it as it is packaged, by the same version' });
  }
};

/** Accounts of either policy, or those that are asked for. */
const chosen = (present: Policy, changed: Policy, asked: readonly string[]): string[] => {
  const all = [...new Set([...present.accounts, ...changed.accounts].map(({ name }) => name))];
  const unknown = asked.find((name) => !all.includes(name));
  if (unknown === undefined) return asked.length === 0 ? all : [...new Set(asked)];
  const message = `neither policy names an account ${unknown}`;
  throw new CommandError({ code: 'unknown-account', message, hint: `there are ${all.join(', ')}` });
};

/** What a changed policy (`changed`, as it is packaged) would have proposed in the recorded scans, beside the present one. */
export const backtest = request(
  v.strictObject({
    changed: words,
    accounts: v.optional(v.array(words), []),
    since: v.optional(moment),
  }),
  async (ports, asked) => {
    const { policy: present } = ports;
    const changed = changedPolicy(asked.changed);
    const accounts = chosen(present, changed, asked.accounts);
    const since = asked.since === undefined ? 0 : Date.parse(asked.since);
    const { backtest: backtestOf } = await import('../backtest/backtest.ts');
    const { table, clock, random } = ports;
    const reading = { table, clock, random, capabilitiesOf: await capabilities() };
    return backtestOf(reading, { present, changed, accounts, since });
  },
);
