import { type CompletedCommand, type CompletedOption, globals, type Values } from './completion-model.ts';

/** Reads names of accounts out of the policy file as text: fast, and nothing of it is run or parsed. */
const accountNames = (file: string): string =>
  `sed -nE 's/^ *(- *)?(\\{ *)?name: *"?([a-z0-9-]+)"? *([,}#].*)?$/\\3/p;s/^ *- *\\{ *name: *"?([a-z0-9-]+)"?[ ,].*/\\1/p' "${file}" 2>/dev/null | sort -u`;

const isList = (values: Values): values is readonly string[] => typeof values !== 'string';
const flag = ({ name }: CompletedOption): string => `--${name}`;

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

const bash = (commands: readonly CompletedCommand[]): string => `# hooksweep completion bash
_hooksweep_accounts() {
  local file=hooksweep.yml i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == --config ]] && file=\${COMP_WORDS[i + 1]}
  done
  ${accountNames('$file')}
}
_hooksweep() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --config|--stack) i=$((i + 1)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
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

const zsh = (commands: readonly CompletedCommand[]): string => `#compdef hooksweep
_hooksweep_accounts() {
  local file=hooksweep.yml i
  for ((i = 1; i < CURRENT; i++)); do
    [[ \${words[i]} == --config ]] && file=\${words[i + 1]}
  done
  compadd -- \${(f)"$(${accountNames('$file')})"}
}
_hooksweep() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
    help) _describe command commands ;;
${commands
  .map(({ name, options, arguments: values }) => {
    const all = [...options, ...globals].map(zshOption);
    const rest = isList(values) && values.length === 0 ? [] : [quoted(`*:argument:${zshAction(values)}`)];
    return `    ${name}) _arguments ${[...all, ...rest].join(' ')} ;;`;
  })
  .join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hooksweep "$@"; else compdef _hooksweep hooksweep; fi`;

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

const fish = (commands: readonly CompletedCommand[]): string => {
  const first = " -n '__fish_use_subcommand'";
  const behind = (name: string) => ` -n '__fish_seen_subcommand_from ${name}'`;
  return `# hooksweep completion fish
function __hooksweep_accounts
  set -l file hooksweep.yml
  set -l words (commandline -opc)
  set -l at (contains -i -- --config $words); and set file $words[(math $at + 1)]
  ${accountNames('$file')}
end
complete -c hooksweep -f
${commands.map(({ name, summary }) => `complete -c hooksweep${first} -a ${name} -d ${fishQuoted(summary)}`).join('\n')}
${globals.map((option) => fishOption('', option)).join('\n')}
${commands
  .flatMap(({ name, options, arguments: values }) => [
    ...options.map((option) => fishOption(behind(name), option)),
    ...(isList(values) && values.length === 0 ? [] : [`complete -c hooksweep${behind(name)} ${fishValues(values)}`]),
  ])
  .join('\n')}`;
};

/** The script of each shell, from what completion knows of the commands. */
export const scripts = { bash, zsh, fish } as const;
export type Shell = keyof typeof scripts;
