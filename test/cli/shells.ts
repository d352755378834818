import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Shell } from '../../lib/cli/completion-shells.ts';

type Driven = {
  /** Programs that it takes. */
  needs: readonly string[];
  /** What the shell reads when it starts. It writes into `hits`: a line `= LINE`, and each word that is offered for it. */
  setup(script: string, hits: string, lines: readonly string[]): string;
  /** What starts it, in the folder of its setup. */
  start: readonly [command: string, ...rest: string[]];
  /** What a person types. */
  keys?(lines: readonly string[]): string;
};

const quoted = (text: string): string => `'${text}'`;

/** A terminal around a shell that wants one. */
const onTerminal = (command: string) => ['script', '-qec', command, '/dev/null'] as const;

const shells: Readonly<Record<Shell, Driven>> = {
  // M-* writes all that is offered into the line, and the line then runs what tells us.
  bash: {
    needs: ['bash', 'script'],
    setup: (script, hits) => `source ${script}; PS1=; hooksweep() { printf '%s\\n' "$@" >> ${hits}; }`,
    start: onTerminal('bash --noprofile --rcfile setup -i'),
    keys: (lines) => [...lines.map((line) => `echo '= ${line}' >> hits\n${line}\u001b*\n`), 'exit\n'].join(''),
  },
  // Every completer hands its words to compadd; the line editor itself calls them here, before anybody types.
  zsh: {
    needs: ['zsh', 'script'],
    setup: (script, hits, lines) => `
autoload -Uz compinit && compinit -u -D
source ${script}
compadd() {
  local -a offered
  if (( ! \${@[(I)-[OAD]]} )); then
    builtin compadd -A offered "$@"
    (( $#offered )) && print -rl -- $IPREFIX$^offered >> ${hits}
  fi
  builtin compadd "$@"
}
zle-line-init() {
  for line in ${lines.map(quoted).join(' ')}; do
    print -r -- "= $line" >> ${hits}
    BUFFER=$line CURSOR=$#line
    zle complete-word
  done
  BUFFER=exit
  zle accept-line
}
zle -N zle-line-init`,
    start: onTerminal('ZDOTDIR=$PWD zsh -d -i'),
  },
  fish: {
    needs: ['fish'],
    setup: (script, hits, lines) => `
source ${script}
for line in ${lines.map(quoted).join(' ')}
  echo "= $line" >> ${hits}
  complete -C $line | string replace -r '\\t.*' '' >> ${hits}
end`,
    start: ['fish', '--no-config', 'setup'],
  },
};

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));

/** Why this shell cannot be driven here; null where it can. */
export const missing = (shell: Shell): string | null => {
  const absent = shells[shell].needs.filter((program) => !isThere(program));
  return absent.length === 0 ? null : `not installed: ${absent.join(', ')}; apt-get install ${shell} bsdutils`;
};

/** What was offered for one line: bash shows the words before it as well, and all keep `--name=` before a value. */
const offeredFor = (line: string, words: readonly string[]): string[] => {
  const before = line.split(' ').slice(1, -1);
  const own = before.length > 0 && before.every((word, at) => words[at] === word) ? words.slice(before.length) : words;
  return [...new Set(own.map((word) => word.replace(/^--[a-z-]+=/, '')))].sort();
};

/** What the real shell offers at the end of each of these lines, sorted. */
export const offeredBy = (shell: Shell, script: string, lines: readonly string[], cwd: string): string[][] => {
  const { setup, start, keys } = shells[shell];
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-shell-'));
  const hits = join(folder, 'hits');
  try {
    writeFileSync(join(folder, 'script'), script);
    const text = `cd ${cwd}\n${setup(join(folder, 'script'), hits, lines)}\n`;
    for (const name of ['setup', '.zshrc']) writeFileSync(join(folder, name), text);
    const [command, ...rest] = start;
    const ran = spawnSync(command, rest, {
      cwd: folder,
      input: keys?.(lines).replaceAll('>> hits', `>> ${hits}`) ?? '',
      env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
      encoding: 'utf8',
    });
    if (!existsSync(hits)) throw new Error(`${shell} ended with ${ran.status}: ${ran.stdout}${ran.stderr}`);
    const blocks = `\n${readFileSync(hits, 'utf8')}`.split(/\n= /).slice(1);
    return blocks.map((block) => {
      const [line = '', ...words] = block.split('\n').filter((word) => word !== '');
      return offeredFor(line, words);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
