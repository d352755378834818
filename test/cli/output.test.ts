import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutput } from '../../lib/cli/output.ts';
import { plain, plainJson } from '../../lib/cli/plain.ts';
import { planDigest } from '../../lib/plan/ids.ts';
import type { Plan } from '../../lib/plan/item.ts';
import { accountYaml, desk, policyYaml, sink, usual, webhook } from './desk.ts';

const output = (
  settings: { json?: boolean; quiet?: boolean; tty?: boolean; env?: Record<string, string>; secrets?: string[] } = {},
) => {
  const { json = false, quiet = false, tty = false, env = {}, secrets = [] } = settings;
  const streams = {
    stdin: Object.assign(new PassThrough(), { isTTY: tty }),
    stdout: sink({ isTTY: tty }),
    stderr: sink({ isTTY: tty }),
  };
  const signal = new AbortController().signal;
  return { ...streams, out: createOutput(streams, { json, quiet, env, secrets: new Set(secrets), signal }) };
};

const esc = '\u001b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

describe('control characters of somebody else', () => {
  it('never reach the terminal, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(obeyed);
        expect(plain(text)).not.toContain('\n');
        const { out, stdout } = output({ tty: true });
        out.line(text);
        expect(stdout.text()).not.toMatch(new RegExp(obeyed.source.replace('\\u000b-', '\\u000b\\u000c\\u000e-'), 'u'));
      }),
    );
  });

  it('are escaped in JSON without changing the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = plainJson(JSON.stringify({ text }));
        expect(json).not.toMatch(obeyed);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });

  it('cannot forge a colour, even where colours are on', () => {
    const { out, stdout } = output({ tty: true });
    out.line(out.style.red(`a${esc}[2Jb`));
    expect(stdout.text()).toBe(`${esc}[31ma\\u{1b}[2Jb${esc}[39m\n`);
  });

  it('stay harmless in a webhook that a provider lists', async () => {
    const { run } = await desk([...usual, webhook('9', 'https://evil.loca.lt/\u001b]0;owned\u0007\u202e')]);
    for (const argv of [['scan'], ['scan', '--json'], ['why', '--account', 'modulus-sandbox', '--webhook', '9']]) {
      const { stdout, stderr } = await run(argv);
      expect(stdout + stderr).not.toMatch(obeyed);
    }
  });
});

describe('colour', () => {
  it.each([
    ['is on at a terminal', { tty: true }, true],
    ['is off with NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }, false],
    ['is off on a dumb terminal', { tty: true, env: { TERM: 'dumb' } }, false],
    ['is off in a pipe', {}, false],
    ['is on in a pipe with FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, true],
  ])('%s', (_what, settings, coloured) => {
    const { out, stdout } = output(settings);
    out.line(out.style.bold('x'));
    expect(stdout.text().includes(esc)).toBe(coloured);
  });

  it('is in no byte of a scan with NO_COLOR', async () => {
    const { run } = await desk();
    const quiet = await run(['scan', '--quiet'], { tty: true, env: { NO_COLOR: '1' } });
    expect(quiet.stdout).not.toContain(esc);
    expect((await run(['scan'], { tty: true })).stdout).toContain(esc);
  });
});

describe('where things are written', () => {
  it('keeps everything but the document from stdout with --json', () => {
    const { out, stdout, stderr } = output({ json: true });
    out.line('for people');
    out.progress('working');
    out.warn('careful');
    out.document({ a: [1] });
    expect(JSON.parse(stdout.text())).toEqual({ a: [1] });
    expect(stderr.text()).toBe('working\nwarning: careful\n');
  });

  it('shows no progress with --quiet, yet warns', () => {
    const { out, stderr } = output({ quiet: true });
    out.progress('working');
    out.warn('careful');
    expect(stderr.text()).toBe('warning: careful\n');
  });

  it('rewrites progress on a terminal and clears it before a result', () => {
    const { out, stderr } = output({ tty: true, env: { NO_COLOR: '1' } });
    out.progress('one');
    out.progress('two');
    out.line('result');
    expect(stderr.text()).toBe('\r\u001b[Kone\r\u001b[Ktwo\r\u001b[K');
  });

  it('asks nobody where nobody is there', async () => {
    expect(await output().out.confirm('sure?')).toBe(false);
  });

  it.each([
    ['y', true],
    ['YES', true],
    ['', false],
    ['no', false],
  ])('takes %j for %s', async (answer, agreed) => {
    const { out, stdin } = output({ tty: true });
    stdin.write(`${answer}\n`);
    expect(await out.confirm('sure?')).toBe(agreed);
  });
});

describe('secrets', () => {
  it('are replaced in every kind of output, and JSON stays JSON', () => {
    const secret = 'a"quote\\and 1';
    const { out, stdout, stderr } = output({ secrets: [secret, '1'] });
    out.line(`line ${secret}`);
    out.warn(`warn ${secret}`);
    out.fail(`fail ${secret}`);
    out.progress(`progress ${secret}`);
    expect(stdout.text() + stderr.text()).not.toContain(secret);
    const json = output({ json: true, secrets: [secret, '1'] });
    json.out.document({ number: 11, text: `${secret} and 1` });
    expect(JSON.parse(json.stdout.text())).toEqual({ number: 11, text: 'REDACTED and 1' });
  });

  it('show up in no output of any reading command', async () => {
    const secret = 'planted-credential-value';
    const url = `https://user:planted-in-the-url@quick-${secret}.loca.lt/${secret}?key=planted-in-the-url`;
    const { run, cwd, simulator } = await desk([...usual, webhook('8', url)]);
    const accounts = [accountYaml(simulator.url), accountYaml(simulator.url, 'second', 'PLANTED')];
    await writeFile(join(cwd, 'hooksweep.yml'), policyYaml(accounts));
    const lines = [
      ['init'],
      ['validate'],
      ['scan'],
      ['scan', '--out', 'plan.json'],
      ['scan', '--html', 'report.html'],
      ['scan', '--account', secret],
      ['status'],
      ['audit', '--webhook', secret],
      ['audit', 'verify'],
      ['audit', 'summary'],
      ['audit', 'export', secret],
      ['why', '--account', 'modulus-sandbox', '--webhook', '8'],
      ['why', '--account', 'modulus-sandbox', '--webhook', secret],
      ['why', '--account', secret, '--webhook', '8'],
      ['check-url', 'https://user:planted-in-the-url@example.com/?token=planted-in-the-url'],
    ];
    const texts: string[] = [];
    for (const line of lines)
      for (const argv of [line, [...line, '--json']]) {
        const { stdout, stderr } = await run(argv, { env: { PLANTED: secret } });
        texts.push(stdout, stderr);
      }
    const file = await readFile(join(cwd, 'plan.json'), 'utf8');
    texts.push(file, await readFile(join(cwd, 'report.html'), 'utf8'));
    const plan = JSON.parse(file) as Plan;
    expect(planDigest(plan), 'the plan can still be applied').toBe(plan.digest);
    expect(texts.join('')).toContain('REDACTED');
    for (const planted of [secret, 'planted-in-the-url', simulator.credentials.secretKey ?? ''])
      for (const text of texts) expect(text).not.toContain(planted);
  });
});
