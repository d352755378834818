import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFor, splitCommand } from '../../lib/cli/args.ts';
import { commands } from '../../lib/cli/commands.ts';
import { desk, folder, run } from './desk.ts';
import { parseLine } from './parsed.ts';

describe('the command line', () => {
  it.each(commands.map(({ name }) => name))('explains %s with an example', async (name) => {
    const { code, stdout } = await run([name, '--help']);
    expect(stdout).toContain(`Usage: hooksweep ${name}`);
    expect(stdout).toMatch(/Examples:\n {2}\S*hooksweep/);
    expect(code).toBe(0);
  });

  it.each(commands.map(({ name }) => name))('has a word on every option of %s', (name) => {
    const command = commands.find((one) => one.name === name);
    expect(Object.keys(command?.optionHelp ?? {}).toSorted()).toEqual(Object.keys(command?.options ?? {}).toSorted());
  });

  it.each(commands)('says of $name what it reads and changes, and each exit code', async ({ name }) => {
    const { stdout } = await run(['help', name]);
    expect(stdout).toMatch(/^Reads: {4}\S.*\.\nChanges: {2}\S.*\.$/m);
    expect(stdout).toMatch(/^Exit codes:\n {2}0 {2}\S.*\n( {2}[1-4] {2}\S.*\n)+\nExamples:/m);
    expect(stdout.split('Options of every command:')[0]).not.toContain('Exit code');
  });

  it.each(commands.flatMap(({ examples }) => examples))('takes the example %s', (example) => {
    const lines = example
      .replace(/ +#.*| > \S+/g, '')
      .replace(/^source <\((.*)\)$/, '$1')
      .split(/ (?:&&|\|) /)
      .filter((line) => line.startsWith('hooksweep'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => parseLine(line)).not.toThrow();
  });

  it.each([[['--help']], [['-h']], [['help']]])('shows all commands for %j', async (argv) => {
    const { code, stdout } = await run(argv);
    for (const { name } of commands) expect(stdout).toContain(`  ${name} `);
    expect(code).toBe(0);
  });

  it('shows the help of a command for help COMMAND', async () => {
    expect((await run(['help', 'scan'])).stdout).toContain('Usage: hooksweep scan');
  });

  it.each([
    ['an unknown command', ['sacn'], 'unknown-command', 'did you mean scan?'],
    ['an unknown option', ['scan', '--acount', 'x'], 'unknown-option', 'did you mean --account?'],
    ['an option of another command', ['validate', '--out', 'x'], 'unknown-option', '--config'],
    ['a missing value', ['scan', '--account'], 'missing-value', '--account=VALUE'],
    ['an option in place of a value', ['scan', '--out', '--quiet'], 'missing-value', '--out=VALUE'],
    ['a value too many', ['scan', '--quiet=yes'], 'extra-value', '--quiet alone'],
    ['an argument too many', ['scan', 'everything'], 'extra-argument', 'hooksweep scan'],
    ['no URL', ['check-url'], 'missing-argument', 'hooksweep check-url URL'],
    ['an inherited name as a command', ['constructor'], 'unknown-command', ''],
    ['an inherited name as an option', ['scan', '--constructor'], 'unknown-option', ''],
  ])('refuses %s and says what to do', async (_what, argv, code, hint) => {
    const json = await run([...argv, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code, hint: expect.stringContaining(hint) } });
    expect(json.code).toBe(1);
    const human = await run(argv);
    expect(human.stdout).toBe('');
    expect(human.stderr).toContain(`hint: `);
  });

  it.each([
    ['a policy with problems', ['validate', '--config', 'broken.yml'], 'hooksweep validate'],
    ['an argument too many', ['scan', 'everything'], 'hooksweep scan'],
    ['a missing option', ['enqueue'], 'hooksweep enqueue --help'],
    ['no command at all', ['--bogus'], 'hooksweep --help'],
    ['no policy', ['scan'], 'hooksweep init'],
  ])('ends %s with the one command that helps', async (_what, argv, command) => {
    const cwd = await folder();
    await writeFile(join(cwd, 'broken.yml'), 'version: 1\naccounts:\n  - { name: a }\nmoed: report\n');
    const { stdout } = await run([...argv, '--json'], { cwd });
    expect(JSON.parse(stdout).error.hint).toContain(command);
    const { stderr } = await run(argv, { cwd });
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(command);
  });

  it('takes global options before the command too', async () => {
    const { code, stdout } = await run(['--json', '--config', 'nowhere.yml', 'validate']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'policy', file: 'nowhere.yml' } });
    expect(code).toBe(1);
  });

  it('says which commands work on this machine only', async () => {
    const { run: runHere } = await desk();
    for (const around of [
      { argv: ['scan', '--stack', 'prod'] },
      { argv: ['run', '--stack', 'prod'] },
      { argv: ['run'], env: { HOOKSWEEP_STACK: 'prod' } },
    ]) {
      const { code, stderr } = await runHere(around.argv, { env: around.env ?? {} });
      expect(stderr).toContain('this works on this machine, not on the stack prod');
      expect(code).toBe(1);
    }
  });
});

describe('--local', () => {
  it.each([
    ['alone', ['status', '--local'], ''],
    ['before another option', ['status', '--local', '--json'], ''],
    ['with a folder', ['status', '--local', 'kept'], 'kept'],
    ['with a folder behind an equals sign', ['status', '--local=kept'], 'kept'],
    ['with a folder before the command', ['--local', 'kept', 'status'], 'kept'],
    ['alone before the command', ['--local', 'status'], ''],
  ])('%s is understood', (_what, argv, folder) => {
    const { name, rest } = splitCommand(argv, ['status']);
    const command = commands.find((one) => one.name === name);
    if (!command) throw new Error(`no command in ${argv.join(' ')}`);
    expect(parseFor(command, rest).values.local).toBe(folder);
  });
});

describe('Ctrl-C', () => {
  it('ends with 130 and no error, in the middle of a call', async () => {
    const { run: runHere, simulator } = await desk();
    simulator.setFaults(['slow']);
    const interrupt = new AbortController();
    const ending = runHere(['scan', '--quiet'], { signal: interrupt.signal });
    await expect.poll(() => simulator.requests.length).toBe(1);
    interrupt.abort();
    expect(await ending).toEqual({ code: 130, stdout: '', stderr: '' });
  });
});
