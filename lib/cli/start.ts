import type { Command } from './command.ts';
import { switchOptionHelp, switchOptions, turn } from './switch.ts';

export const start: Command = {
  name: 'start',
  summary: 'Ends a stop, and the pause of an account.',
  usage: '',
  about: `What waited goes on, judged anew.
Exit codes: 0 started, 1 the folder or the policy cannot be used.`,
  effects: { reads: 'what is kept', changes: 'ends the stop, for all or one account' },
  options: switchOptions,
  optionHelp: switchOptionHelp,
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep start', 'hooksweep start --account shop-production'],
  run: (context) => turn(context, 'start'),
};
