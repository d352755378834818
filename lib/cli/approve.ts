import { textOf } from './args.ts';
import type { Command } from './command.ts';
import { decide } from './decision.ts';

export const approve: Command = {
  name: 'approve',
  summary: 'Agree to a waiting plan, or to one record of it.',
  usage: 'PLAN-ID|RECORD…',
  about: `Lets what a scan proposed go on its way. Names of waiting plans and records are in \`hooksweep status\`.
Exit codes: 0 all agreed to, 3 some were not, 1 none, 4 refused (stopped; production without --yes).`,
  effects: { reads: 'what is kept', changes: 'lets plans or records go on their way; no webhook' },
  options: { reason: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history' },
  positionals: { min: 1, max: 1000 },
  examples: ['hooksweep approve sha256:… --reason "ticket 123"', 'hooksweep approve "shop#shop#endpoint#123"'],
  run: (context) => {
    const { values, positionals } = context;
    const reason = textOf(values, 'reason') || 'approved by hand';
    return decide(context, (desk, yes) => desk.ask('approve', { targets: [...positionals], reason, yes }), true);
  },
};
