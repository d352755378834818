import {
  accountNames,
  type CompletedCommand,
  type CompletedOption,
  globals,
  helpSummary,
  isList,
  type Values,
} from './completion-model.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** Inside \`[…]\` of _arguments, where these three mean something. */
const zshText = (text: string): string => text.replace(/[\\[\]:]/g, '\\$&');

const zshAction = (values: Values): string => {
  if (isList(values)) return `(${values.join(' ')})`;
  return { files: '_files', folders: '_files -/', accounts: '_hooksweep_accounts', anything: '' }[values];
};
const zshOption = ({ name, about, values }: CompletedOption): string =>
  quoted(
    values === null ? `--${name}[${zshText(about)}]` : `*--${name}=[${zshText(about)}]:${name}:${zshAction(values)}`,
  );

const argumentsOf = ({ name, options, arguments: values }: CompletedCommand): string => {
  const all = [...options, ...globals].map(zshOption);
  const rest = isList(values) && values.length === 0 ? [] : [quoted(`*:argument:${zshAction(values)}`)];
  return `      ${name}) _arguments ${[...all, ...rest].join(' ')} ;;`;
};

export const zsh = (commands: readonly CompletedCommand[]): string => `#compdef hooksweep
_hooksweep_accounts() {
  local file=hooksweep.yml i
  for ((i = 1; i < $#typed; i++)); do
    [[ \${typed[i]} == --config ]] && file=\${typed[i + 1]}
    [[ \${typed[i]} == --config=* ]] && file=\${typed[i]#--config=}
  done
  compadd -- \${(f)"$(${accountNames('$file')})"}
}
_hooksweep() {
  local -a commands typed line
  local context state state_descr
  typeset -A opt_args
  # Behind the command _arguments leaves only the words of the command.
  typed=("\${words[@]}")
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  # Options behind the command are its own to complete.
  _arguments -C -A '-*' ${globals.map(zshOption).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command) commands+=(${quoted(`help:${helpSummary}`)}); _describe command commands ;;
    argument) case \${words[1]} in
      help) _describe command commands ;;
${commands.map(argumentsOf).join('\n')}
    esac ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hooksweep "$@"; else compdef _hooksweep hooksweep; fi`;
