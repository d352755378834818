import type { Command } from './command.ts';
import { confirmProduction, refuseStopped } from './consent.ts';
import { accountsOf, decide } from './decision.ts';

export const approve: Command = {
  name: 'approve',
  summary: 'Agree to a waiting plan, or to one record of it.',
  usage: 'PLAN-ID|RECORD…',
  about: `Lets what a scan proposed go on its way. Names of waiting plans and records are in \`hooksweep status\`.
Exit codes: 0 all agreed to, 3 some were not, 1 none, 4 refused (stopped; production without --yes).`,
  options: { reason: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history' },
  positionals: { min: 1, max: 1000 },
  examples: ['hooksweep approve sha256:… --reason "ticket 123"', 'hooksweep approve "shop#shop#endpoint#123"'],
  run: async (context) => {
    const { values, positionals } = context;
    const reason = typeof values.reason === 'string' ? values.reason : 'approved by hand';
    return decide(context, 'approve', reason, null, async (ports) => {
      const accounts = await accountsOf(ports, positionals);
      await refuseStopped(ports, accounts);
      await confirmProduction(context, ports, accounts, 'what you approve is switched off and deleted');
    });
  },
};
