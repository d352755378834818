import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, run } from './desk.ts';

describe('hooksweep init', () => {
  it('writes a policy that validates, its schema and what git ignores', async () => {
    const cwd = await folder();
    const { code, stdout } = await run(['init', 'modulus'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Next: export MODULUS_SECRET_KEY=…');
    expect((await readdir(cwd)).toSorted()).toEqual(['.gitignore', 'hooksweep.schema.json', 'hooksweep.yml']);
    expect((await run(['validate'], { cwd })).code).toBe(0);
  });

  it('never overwrites a policy, and writes nothing else then', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'hooksweep.yml'), 'mine');
    const { code, stderr } = await run(['init', 'modulus'], { cwd });
    expect(stderr).toContain('hooksweep.yml: it is there already');
    expect(code).toBe(1);
    expect(await readFile(join(cwd, 'hooksweep.yml'), 'utf8')).toBe('mine');
    expect(await readdir(cwd)).toEqual(['hooksweep.yml']);
  });

  it.each([
    ['', '.hooksweep/\n'],
    ['node_modules', 'node_modules\n.hooksweep/\n'],
    ['/.hooksweep\n', '/.hooksweep\n'],
  ])('adds its line to a .gitignore of %j once', async (before, after) => {
    const cwd = await folder();
    await writeFile(join(cwd, '.gitignore'), before);
    await run(['init', 'modulus'], { cwd });
    expect(await readFile(join(cwd, '.gitignore'), 'utf8')).toBe(after);
  });

  it.each([
    [['init', 'modulos'], 'did you mean modulus?'],
    [['init', 'modulus', '--environment', 'prod'], 'sandbox or production'],
    [['init', 'modulus', '--config', 'nowhere/hooksweep.yml'], 'hint:'],
  ])('refuses %j', async (argv, hint) => {
    const cwd = await folder();
    const { code, stderr } = await run(argv, { cwd });
    expect(stderr).toContain(hint);
    expect(code).toBe(1);
    expect(await readdir(cwd)).toEqual([]);
  });
});

const broken = `version: 1
accounts:
  - name: shop
    provider: modulos
    environment: sandbox
    credentials: { secretKey: env:KEY }
rule: {}
`;

describe('hooksweep validate', () => {
  it('tells each problem with file, line, column and what to write', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'hooksweep.yml'), broken);
    const { code, stderr } = await run(['validate'], { cwd });
    expect(stderr).toMatch(/^hooksweep\.yml:4:15: .*provider/m);
    expect(stderr).toMatch(/^hooksweep\.yml:7:1: .*rule/m);
    expect(stderr).toContain('hint: did you mean rules?');
    expect(code).toBe(1);
  });

  it('gives the first problem as error and all of them as its problems', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'hooksweep.yml'), broken);
    const { error } = JSON.parse((await run(['validate', '--json'], { cwd })).stdout);
    expect(error).toMatchObject({ code: 'policy', file: 'hooksweep.yml', line: 4, column: 15 });
    expect(error.problems.map(({ line }: { line: number }) => line)).toEqual([4, 7]);
  });

  it('sums up a valid policy and warns of what is probably not meant', async () => {
    const cwd = await folder();
    await run(['init', 'modulus'], { cwd });
    const text = await readFile(join(cwd, 'hooksweep.yml'), 'utf8');
    await writeFile(join(cwd, 'hooksweep.yml'), text.replace('perDay: { count: 20 }', 'perDay: { count: 0 }'));
    const { code, stdout, stderr } = await run(['validate'], { cwd });
    expect(stdout).toContain('hooksweep.yml is valid: 1 account (modulus-sandbox: report)');
    expect(stderr).toContain('limits.perDay.count is 0');
    expect(code).toBe(0);
    expect(JSON.parse((await run(['validate', '--json'], { cwd })).stdout)).toMatchObject({
      ok: true,
      accounts: [{ account: 'modulus-sandbox', provider: 'modulus', environment: 'sandbox', mode: 'report' }],
      warnings: [{ account: 'modulus-sandbox' }],
    });
  });

  it('says where there is no policy', async () => {
    const { code, stderr } = await run(['validate'], { cwd: await folder() });
    expect(stderr).toContain('hooksweep.yml: there is no such file\n  hint: run `hooksweep init`');
    expect(code).toBe(1);
  });
});

describe('hooksweep check-url', () => {
  it('answers an array in order, with secrets of the URLs hidden', async () => {
    const urls = [
      'https://quick-fox.loca.lt/hook',
      'https://u:planted@shop.sari-sari-demo.ph/',
      'https://abc.oast.fun/',
      'no url',
    ];
    const { code, stdout } = await run(['check-url', ...urls, '--json']);
    const verdicts = JSON.parse(stdout) as { verdict: string; url: string }[];
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['test', 'ok', 'security', 'unparseable']);
    expect(Object.keys(verdicts[0] ?? {})).toEqual(['url', 'verdict', 'confidence', 'evidence']);
    expect(stdout).not.toContain('planted');
    expect(code).toBe(0);
  });

  it('knows own test hosts where a policy is named', async () => {
    const cwd = await folder();
    await run(['init', 'modulus'], { cwd });
    const file = join(cwd, 'hooksweep.yml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('hosts: []', 'hosts: ["*.staging.sari-sari-demo.ph"]'),
    );
    const argv = ['check-url', 'https://a.staging.sari-sari-demo.ph/', '--json'];
    expect(JSON.parse((await run(argv, { cwd })).stdout)[0].verdict).toBe('ok');
    expect(JSON.parse((await run([...argv, '--config', 'hooksweep.yml'], { cwd })).stdout)[0].verdict).toBe('test');
  });
});
