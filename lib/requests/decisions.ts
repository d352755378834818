import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import { decideOn, subjectFrom } from '../jobs/decide.ts';
import { plansOf } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { limits } from '../limits.ts';
import { refuseStopped, wantYes } from './consent.ts';
import { flag, moment, request, words } from './request.ts';

/** Plan ids and record names. */
const targets = v.pipe(
  v.array(words),
  v.minLength(1, 'name at least one plan or record'),
  v.maxLength(limits.targetsMax, `name at most ${limits.targetsMax} plans and records`),
);

/** Names of the accounts that these plans and records belong to. */
const accountsOf = async (ports: Ports, named: readonly string[]): Promise<string[]> => {
  const names = await Promise.all(
    named.map(async (target) => {
      if (target.startsWith('sha256:')) return (await plansOf(ports, target)).map(({ account }) => account);
      return [subjectFrom(target)?.account ?? ''];
    }),
  );
  return names.flat();
};

export const approve = request(
  v.strictObject({ targets, reason: words, yes: flag }),
  async (ports, { targets: named, reason, yes }) => {
    const accounts = await accountsOf(ports, named);
    await refuseStopped(ports, accounts);
    wantYes(ports.policy, accounts, 'what you approve is switched off and deleted', yes);
    return { results: await decideOn(ports, 'approve', named, reason, null) };
  },
);

export const release = request(
  v.strictObject({ targets, reason: words }),
  async (ports, { targets: named, reason }) => ({ results: await decideOn(ports, 'release', named, reason, null) }),
);

/** `until`: when it ends by itself, in ISO 8601. */
export const veto = request(
  v.strictObject({ targets, reason: words, until: v.optional(moment) }),
  async (ports, { targets: named, reason, until }) => {
    const end = until === undefined ? null : Date.parse(until);
    if (end !== null && end <= ports.clock.now())
      throw new CommandError({ code: 'bad-until', message: `${until} is over already`, hint: 'name a later time' });
    return { results: await decideOn(ports, 'veto', named, reason, end) };
  },
);
