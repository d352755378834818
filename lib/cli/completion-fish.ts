import {
  accountNames,
  type CompletedCommand,
  type CompletedOption,
  globals,
  helpSummary,
  isList,
  type Values,
} from './completion-model.ts';

const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const fishValues = (values: Values): string => {
  if (isList(values)) return `-x -a ${fishQuoted(values.join(' '))}`;
  const folders = '-x -a "(__fish_complete_directories)"';
  return { files: '-r -F', folders, accounts: '-x -a "(__hooksweep_accounts)"', anything: '-x' }[values];
};
const fishOption = (when: string, { name, short, about, values }: CompletedOption): string =>
  [
    `complete -c hooksweep${when} -l ${name}`,
    ...(short ? [`-s ${short}`] : []),
    ...(values === null ? [] : [fishValues(values)]),
    `-d ${fishQuoted(about)}`,
  ].join(' ');

const fishCommand = ({ name, options, arguments: values }: CompletedCommand): string[] => {
  const behind = ` -n '__hooksweep_at ${name}'`;
  return [
    ...options.map((option) => fishOption(behind, option)),
    ...(isList(values) && values.length === 0 ? [] : [`complete -c hooksweep${behind} ${fishValues(values)}`]),
  ];
};

export const fish = (commands: readonly CompletedCommand[]): string => {
  const first = " -n '__hooksweep_at'";
  const names = commands.map(({ name }) => name).join(' ');
  return `# hooksweep completion fish
function __hooksweep_accounts
  set -l file hooksweep.yml
  set -l words (commandline -opc)
  set -l at (contains -i -- --config $words); and set file $words[(math $at + 1)]
  set -l joined (string match -r -- '^--config=(.+)' $words)[2]; and set file $joined
  ${accountNames('$file')}
end
function __hooksweep_at -d 'the command of the line is this one, or there is none yet'
  set -l words (commandline -opc)
  set -l at 2
  while test $at -le (count $words)
    switch $words[$at]
      case --config --stack
        set at (math $at + 1)
      case help ${names}
        test "$words[$at]" = "$argv[1]"
        return
    end
    set at (math $at + 1)
  end
  test -z "$argv[1]"
end
complete -c hooksweep -f
${commands.map(({ name, summary }) => `complete -c hooksweep${first} -a ${name} -d ${fishQuoted(summary)}`).join('\n')}
complete -c hooksweep${first} -a help -d ${fishQuoted(helpSummary)}
complete -c hooksweep -n '__hooksweep_at help' -x -a ${fishQuoted(names)}
${globals.map((option) => fishOption('', option)).join('\n')}
${commands.flatMap(fishCommand).join('\n')}`;
};
