import type { Command } from './command.ts';
import { switchOptionHelp, switchOptions, turn } from './switch.ts';

export const stop: Command = {
  name: 'stop',
  summary: 'The kill switch: nothing is switched off or deleted any more.',
  usage: '',
  about: `Holds before the next call, everywhere that shares the table; a call under way comes to its end. Putting back goes on.
Exit codes: 0 stopped, 1 the folder or the policy cannot be used.`,
  effects: { reads: 'what is kept', changes: 'sets the stop, for all or one account' },
  options: switchOptions,
  optionHelp: switchOptionHelp,
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep stop --reason "incident 42"', 'hooksweep stop --account shop-production'],
  run: (context) => turn(context, 'stop'),
};
