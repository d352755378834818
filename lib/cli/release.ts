import { textOf } from './args.ts';
import type { Command } from './command.ts';
import { decide } from './decision.ts';

export const release: Command = {
  name: 'release',
  summary: 'Let a held record go on: its next step is judged anew.',
  usage: 'RECORD|PLAN-ID…',
  about: `A record is held where hooksweep cannot go on without a person: dead-lettered, history full, account gone from the policy.
\`hooksweep status\` lists them with the reason.
Exit codes: 0 all released, 3 some were not, 1 none.`,
  effects: { reads: 'what is kept', changes: 'lets held records go on; no webhook' },
  options: { reason: { type: 'string' } },
  optionHelp: { reason: 'TEXT  why, for the history' },
  positionals: { min: 1, max: 1000 },
  examples: ['hooksweep release "shop#shop#endpoint#123" --reason "the provider works again"'],
  run: (context) => {
    const { values, positionals } = context;
    const reason = textOf(values, 'reason') || 'released by hand';
    return decide(context, (desk) => desk.ask('release', { targets: [...positionals], reason }), true);
  },
};
