import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/commands.ts';
import { providers } from '../../lib/providers/registry.ts';
import { accountYaml, folder, policyYaml, run } from './desk.ts';
import { missing, offeredBy } from './shells.ts';

const scripts: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) scripts[shell] = (await run(['completion', shell])).stdout;
});

/** What bash offers at the end of a line. */
const offered = (line: string, cwd = '/'): string[] => {
  const words = line.split(' ');
  const typed = words.map((word) => `'${word}'`).join(' ');
  const ask = `${scripts.bash}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _hooksweep; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-u', '-c', ask], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return text.split('\n').filter((word) => word !== '');
};

describe('completion in bash', () => {
  it('is a script that bash can read, and registers itself', () => {
    const text = execFileSync('bash', ['--norc', '-c', `${scripts.bash}\ncomplete -p hooksweep`], { encoding: 'utf8' });
    expect(text.trim()).toBe('complete -F _hooksweep hooksweep');
  });

  it('offers every command', () => {
    expect(offered('hooksweep ')).toEqual([...commands.map(({ name }) => name), 'help']);
    expect(offered('hooksweep va')).toEqual(['validate']);
    expect(offered('hooksweep help dem')).toEqual(['demo']);
  });

  it.each(commands.map(({ name, options }) => [name, Object.keys(options)] as const))(
    'offers every option of %s',
    (name, options) => {
      const flags = offered(`hooksweep ${name} --`);
      expect(flags).toEqual(expect.arrayContaining([...options, 'config', 'json'].map((option) => `--${option}`)));
    },
  );

  it('offers the values of options, wherever the command stands', () => {
    expect(offered('hooksweep audit --state del')).toEqual(['deleting', 'deleted']);
    expect(offered('hooksweep --json audit --provider sh')).toEqual(['shopify']);
    expect(offered('hooksweep enqueue --step ')).toEqual(['disable', 'delete']);
    expect(offered('hooksweep simulate ')).toEqual(Object.keys(providers));
    expect(offered('hooksweep audit v')).toEqual(['verify']);
    expect(offered('hooksweep completion ')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('hooksweep status ')).toEqual([]);
  });

  it('offers the accounts of the policy file, in either style, and of the one that is named', async () => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'hooksweep.yml'), policyYaml([accountYaml('https://a.example', 'shop-sandbox')]));
    writeFileSync(
      join(cwd, 'other.yml'),
      'version: 1\naccounts:\n  - name: block-style # here\n    provider: omise\n  - name: "quoted"\n',
    );
    expect(offered('hooksweep scan --account ', cwd)).toEqual(['shop-sandbox']);
    expect(offered('hooksweep scan --config other.yml --account ', cwd)).toEqual(['block-style', 'quoted']);
    expect(offered('hooksweep --config other.yml scan --account b', cwd)).toEqual(['block-style']);
    expect(offered('hooksweep scan --config nowhere.yml --account ', cwd)).toEqual([]);
  });

  it('runs nothing of what a policy file says', async () => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'hooksweep.yml'), '  - name: $(touch planted)\n  - name: a`touch planted`\n');
    expect(offered('hooksweep scan --account ', cwd)).toEqual([]);
    expect(() => execFileSync('test', ['-e', join(cwd, 'planted')])).toThrow();
  });

  it('offers files and folders', async () => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'plan.json'), '{}');
    mkdirSync(join(cwd, 'place'));
    expect(offered('hooksweep apply pl', cwd).toSorted()).toEqual(['place', 'plan.json']);
    expect(offered('hooksweep status --local pl', cwd)).toEqual(['place']);
  });
});

describe.each(['zsh', 'fish'])('completion in %s', (shell) => {
  it('names every command with its summary, and every option', () => {
    const script = scripts[shell] ?? '';
    for (const { name, summary, options } of commands) {
      expect(script).toContain(summary.replaceAll("'", shell === 'zsh' ? "'\\''" : "\\'"));
      const lines = script
        .split('\n')
        .filter((line) => new RegExp(`(_at |^ +)${name}['")]`).test(line))
        .join('\n');
      for (const option of Object.keys(options)) expect(lines).toMatch(new RegExp(`(--|-l )${option}\\b`));
    }
    expect(script).toContain('hooksweep_accounts');
  });
});

/** What is offered at the end of a line, whichever shell it is typed into. */
const everywhere: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['hooksweep ', [...commands.map(({ name }) => name), 'help']],
  ['hooksweep va', ['validate']],
  ['hooksweep --config other.yml sc', ['scan']],
  ['hooksweep --config=other.yml sc', ['scan']],
  ['hooksweep help dem', ['demo']],
  ['hooksweep --co', ['--config']],
  ['hooksweep audit --prov', ['--provider']],
  ['hooksweep audit --state del', ['deleting', 'deleted']],
  ['hooksweep audit --state=del', ['deleting', 'deleted']],
  ['hooksweep --json audit --provider sh', ['shopify']],
  ['hooksweep --quiet audit --state kept v', ['verify']],
  ['hooksweep enqueue --now --step ', ['disable', 'delete']],
  ['hooksweep simulate ', Object.keys(providers)],
  ['hooksweep scan --account ', ['shop-sandbox']],
  ['hooksweep scan --account=', ['shop-sandbox']],
  ['hooksweep scan --config other.yml --account ', ['other']],
  ['hooksweep scan --config=other.yml --account ', ['other']],
  ['hooksweep --config other.yml scan --account ', ['other']],
  ['hooksweep apply pl', ['plan.json']],
];

describe.each(['bash', 'zsh', 'fish'] as const)('a real %s', (shell) => {
  it('offers what fits, wherever command and option stand, and runs nothing of a policy file', async ({ skip }) => {
    const why = missing(shell);
    skip(why !== null, why ?? '');
    const cwd = await folder();
    const planted = '  - name: $(touch planted)\n  - name: a`touch planted`\n';
    writeFileSync(
      join(cwd, 'hooksweep.yml'),
      `${policyYaml([accountYaml('https://a.example', 'shop-sandbox')])}${planted}`,
    );
    writeFileSync(join(cwd, 'other.yml'), 'accounts:\n  - name: other # here\n');
    writeFileSync(join(cwd, 'plan.json'), '{}');
    const lines = everywhere.map(([line]) => line);
    const found = offeredBy(shell, scripts[shell] ?? '', lines, cwd);
    expect(lines.map((line, at) => [line, found[at]])).toEqual(
      everywhere.map(([line, words]) => [line, words.toSorted()]),
    );
    expect(existsSync(join(cwd, 'planted'))).toBe(false);
  });
});

describe('hooksweep completion', () => {
  it('gives the script in JSON too, and refuses a shell that it does not know', async () => {
    const { stdout } = await run(['completion', 'bash', '--json']);
    expect(`${JSON.parse(stdout).script}\n`).toBe(scripts.bash);
    const { code, stderr } = await run(['completion', 'basch']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('did you mean bash?')]);
  });
});
