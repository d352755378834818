import { quote, suggestion } from '../policy/wording.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { commands } from './commands.ts';
import { completed } from './completion-model.ts';
import { type Shell, scripts } from './completion-shells.ts';

const shells = Object.keys(scripts);

const shellNamed = (name: string): Shell => {
  if (shells.includes(name)) return name as Shell;
  const message = `there is no completion for ${quote(name)}`;
  throw new CommandError({ code: 'unknown-shell', message, hint: suggestion(name, shells) });
};

const run = async ({ out, positionals }: Context): Promise<ExitCode> => {
  const shell = shellNamed(positionals[0] ?? '');
  const script = scripts[shell](completed(commands));
  out.document({ shell, script });
  out.line(script);
  return exit.ok;
};

export const completion: Command = {
  name: 'completion',
  summary: 'Print a script that completes command lines in your shell.',
  usage: 'bash|zsh|fish',
  about: `Prints a script that completes commands, options, files, providers, states, and the names of accounts in hooksweep.yml (or
the file of --config). Calls nobody, and changes nothing. Exit codes: 0, 1 no such shell.`,
  effects: { reads: 'the table of commands', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: 1 },
  examples: [
    'hooksweep completion zsh > ~/.zfunc/_hooksweep    # with fpath=(~/.zfunc $fpath) before compinit',
    'hooksweep completion fish > ~/.config/fish/completions/hooksweep.fish',
    'source <(hooksweep completion bash)',
  ],
  run,
};
