import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { loadPolicy } from '../../lib/policy/load.ts';
import { PolicyError, type Problem } from '../../lib/policy/problem.ts';
import { definitions, parse, policyText, problemsOf } from './definitions.ts';

const first = (text: string): Problem => problemsOf(text)[0] as Problem;

describe('a policy file that is no YAML map', () => {
  it.each([
    ['an empty file', '', 1, 1, /empty/],
    ['comments only', '# nothing\n', 1, 1, /empty/],
    ['a list', '\n- a\n', 2, 1, /not a map/],
    ['a text', 'hello', 1, 1, /not a map/],
    ['a key given twice', policyText({ file: 'mode: report\nmode: auto' }), 8, 1, /given before.*"mode"/],
    [
      'a nested key given twice',
      policyText({ file: 'retry: { attempts: 1, attempts: 2 }' }),
      7,
      23,
      /given before.*"attempts"/,
    ],
    ['tabs as indentation', 'version: 1\nretry:\n\tattempts: 1\n', 3, 1, /tab/],
    ['two documents', `${policyText()}---\nversion: 1\n`, 8, 1, /second document/],
    ['an open quote', 'version: "1\n', 2, 1, /missing here/],
    ['an alias of nothing', 'version: *one\n', 1, 10, /alias/],
    ['an unknown tag', 'version: !Ref one\n', 1, 10, /tag/],
    ['a list as key', '? [a]\n: b\n', 1, 3, /key that is no text/],
  ])('%s is refused with its place', (_what, text, line, column, message) => {
    expect(first(text)).toMatchObject({ file: 'hooksweep.yml', line, column, message: expect.stringMatching(message) });
    expect(first(text).hint).not.toBe('');
  });

  it('an alias bomb is refused without being built', () => {
    const rows = Array.from(
      { length: 12 },
      (_, n) =>
        `a${n}: &a${n} [${Array(9)
          .fill(n === 0 ? 'x' : `*a${n - 1}`)
          .join(',')}]`,
    );
    expect(first(rows.join('\n'))).toMatchObject({ message: expect.stringMatching(/too many aliases/) });
  });

  it('very deep nesting is refused', () => {
    expect(first(`version: ${'['.repeat(20_000)}${']'.repeat(20_000)}`).message).toMatch(/nested too deeply/);
  });

  it('never quotes what the parser stumbled over, which may be a secret', () => {
    const text = 'credentials: "sk_live_hidden" sk_live_hidden\n  "sk_live_hidden": : [sk_live_hidden\n';
    expect(JSON.stringify(problemsOf(text))).not.toContain('sk_live_hidden');
  });
});

describe('spellings that mean the same', () => {
  it('Windows line ends and a byte order mark are read like plain text', () => {
    const windows = `\uFEFF${policyText().replaceAll('\n', '\r\n')}`;
    expect(parse(windows)).toEqual(parse(policyText()));
  });

  it('places are right behind them', () => {
    const text = `\uFEFF${policyText({ file: 'mod: auto' }).replaceAll('\n', '\r\n')}`;
    expect(first(text)).toMatchObject({ line: 7, column: 1 });
    expect(problemsOf('\uFEFFversion: 2')[1]).toMatchObject({ line: 1, column: 10 });
  });

  it('anchors may repeat a value, and a fault in it is shown where it was written', () => {
    const text = policyText({ account: 'limits: &l { perDay: { count: -1 } }', file: 'limits: *l' });
    expect(problemsOf(text)).toHaveLength(2);
    expect(first(text)).toMatchObject({ line: 7, column: 35 });
  });
});

describe('loading from disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policy-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const refusal = async (file: string): Promise<Problem> => {
    const error: unknown = await loadPolicy(file, definitions).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof PolicyError)) throw new Error(`no PolicyError: ${String(error)}`);
    expect(error.name).toBe('PolicyError');
    return error.problems[0] as Problem;
  };

  it('reads a good file', async () => {
    const file = join(folder, 'good.yml');
    await writeFile(file, policyText());
    expect(await loadPolicy(file, definitions)).toEqual(parse(policyText()));
  });

  it('says what is wrong with a path', async () => {
    const good = join(folder, 'file.yml');
    await writeFile(good, policyText());
    expect((await refusal(join(folder, 'missing.yml'))).message).toMatch(/no such file/);
    expect((await refusal(folder)).message).toMatch(/folder/);
    expect((await refusal(join(good, 'below.yml'))).message).toMatch(/no folder/);
    expect(await refusal(folder)).toMatchObject({ file: folder, line: null, column: null });
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not read', async () => {
    const file = join(folder, 'secret.yml');
    await writeFile(file, policyText());
    await chmod(file, 0);
    expect((await refusal(file)).message).toMatch(/no permission/);
  });

  it('refuses more than the limit, unread, and other encodings', async () => {
    const large = join(folder, 'large.yml');
    await writeFile(large, `# ${'x'.repeat(limits.policyBytesMax)}\n${policyText()}`);
    expect((await refusal(large)).message).toMatch(/larger than 1048576 bytes/);
    const utf16 = join(folder, 'utf16.yml');
    await writeFile(utf16, Buffer.from(`\uFEFF${policyText()}`, 'utf16le'));
    expect((await refusal(utf16)).message).toMatch(/UTF-8/);
    expect((await refusal('/dev/zero')).message).toMatch(/larger than/);
  });
});
