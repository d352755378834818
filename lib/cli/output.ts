import { createInterface } from 'node:readline/promises';
import { inspect } from 'node:util';
import { systemRandom } from '../clock.ts';
import { scrub } from '../credentials.ts';
import type { Output } from './command.ts';
import { plain, plainJson, plainLines } from './plain.ts';

/** What this process is connected to; a test brings its own. */
export type Streams = {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
};

export type OutputSettings = {
  json: boolean;
  quiet: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** Every credential that was resolved; grows as accounts are opened. */
  secrets: ReadonlySet<string>;
  signal: AbortSignal;
};

const colours = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;

const wantsColour = (stream: { isTTY?: boolean }, env: OutputSettings['env']): boolean => {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
};

/**
 * Colours travel as marks that nobody else can know, and become escape sequences only after every other control character
 * was made harmless.
 */
const marks = (enabled: boolean) => {
  const token = systemRandom.token();
  const mark = (code: number): string => (enabled ? `<${token}${code}>` : '');
  const pattern = new RegExp(`<${token}(\\d+)>`, 'g');
  const style = Object.fromEntries(
    colours.map((name) => {
      const [on, off] = inspect.colors[name] ?? [0, 0];
      return [name, (text: string) => `${mark(on)}${text}${mark(off)}`];
    }),
  ) as Output['style'];
  return { style, render: (text: string, coloured: boolean) => text.replace(pattern, coloured ? '\u001b[$1m' : '') };
};

/** The same value with each known secret replaced in its texts, so that JSON stays JSON. */
const scrubbedValue = <T>(value: T, secrets: readonly string[]): T =>
  JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => (typeof member === 'string' ? scrub(member, secrets) : member)),
  ) as T;

const ask = async (streams: Streams, question: string, signal: AbortSignal): Promise<boolean> => {
  const lines = createInterface({ input: streams.stdin, output: streams.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${plain(question)} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
  }
};

const clearLine = '\r\u001b[K';

export const createOutput = (streams: Streams, settings: OutputSettings): Output => {
  const { json, quiet, env, signal } = settings;
  const coloured = { stdout: wantsColour(streams.stdout, env), stderr: wantsColour(streams.stderr, env) };
  const { style, render } = marks(coloured.stdout || coloured.stderr);
  const secrets = () => [...settings.secrets];
  const interactive = streams.stdin.isTTY === true && streams.stdout.isTTY === true;
  // Rewritten in place only where nothing but a person reads it.
  const rewrites = streams.stderr.isTTY === true && env.TERM !== 'dumb';
  let showing = false;

  const write = (to: 'stdout' | 'stderr', text: string): void => {
    if (showing) streams.stderr.write(clearLine);
    showing = false;
    streams[to].write(render(plainLines(`${scrub(text, secrets())}\n`), coloured[to]));
  };

  const rewrite = (text: string): void => {
    const line = plain(render(scrub(text, secrets()), false));
    streams.stderr.write(`${clearLine}${line.slice(0, Math.max(20, (streams.stderr.columns ?? 80) - 1))}`);
    showing = true;
  };

  return {
    json,
    quiet,
    interactive,
    style,
    document(value) {
      if (!json) return;
      // One line, so that who reads lines has it whole.
      const text = JSON.stringify(scrubbedValue(value, secrets()));
      if (showing) streams.stderr.write(clearLine);
      showing = false;
      streams.stdout.write(`${plainJson(render(text, false))}\n`);
    },
    line(text = '') {
      if (!json) write('stdout', text);
    },
    progress(text) {
      if (quiet) return;
      if (rewrites) rewrite(text);
      else write('stderr', text);
    },
    warn: (text) => write('stderr', `${style.yellow('warning:')} ${text}`),
    fail: (text) => write('stderr', text),
    scrubbed: (value) => scrubbedValue(value, secrets()),
    confirm: async (question) => {
      if (showing) streams.stderr.write(clearLine);
      showing = false;
      return interactive && !json ? ask(streams, question, signal) : false;
    },
  };
};
