import {
  accountNames,
  type CompletedCommand,
  type CompletedOption,
  flag,
  globals,
  isList,
  type Values,
} from './completion-model.ts';

const bashReply = (values: Values): string => {
  if (isList(values)) return `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur"))`;
  const replies = {
    files: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))',
    folders: 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))',
    accounts: 'COMPREPLY=($(compgen -W "$(_hooksweep_accounts)" -- "$cur"))',
    anything: 'COMPREPLY=()',
  };
  return replies[values];
};

const bashValues = (command: string, options: readonly CompletedOption[]): string[] =>
  options.flatMap((option) =>
    option.values === null ? [] : [`    ${command}:${flag(option)}) ${bashReply(option.values)}; return ;;`],
  );

export const bash = (commands: readonly CompletedCommand[]): string => `# hooksweep completion bash
# Readline takes --name=value for three words.
_hooksweep_accounts() {
  local file=hooksweep.yml i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == --config ]] && file=\${COMP_WORDS[i + 1]}
    [[ $file == = ]] && file=\${COMP_WORDS[i + 2]}
  done
  ${accountNames('$file')}
}
_hooksweep() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --config|--stack) [[ \${COMP_WORDS[i + 1]} == = ]] || i=$((i + 1)) ;;
      =) i=$((i + 1)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  [[ $cur == = ]] && cur=
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 2]}
  case $command:$prev in
${commands.flatMap(({ name, options }) => bashValues(name, options)).join('\n')}
${bashValues('*', globals).join('\n')}
  esac
  case $command:$cur in
    :-*) ${bashReply(globals.map(flag))} ;;
    :*) ${bashReply([...commands.map(({ name }) => name), 'help'])} ;;
    help:*) ${bashReply(commands.map(({ name }) => name))} ;;
${commands
  .map(
    ({ name, options, arguments: values }) =>
      `    ${name}:-*) ${bashReply([...options, ...globals].map(flag))} ;;\n    ${name}:*) ${bashReply(values)} ;;`,
  )
  .join('\n')}
  esac
}
complete -F _hooksweep hooksweep`;
