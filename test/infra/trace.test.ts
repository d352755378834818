import { type BuildOptions, buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { traced } from '../../infra/trace.ts';

const source = ['export const first = 1;', '', 'export const fail = () => {', "  throw new Error('here');", '};'].join(
  '\n',
);

/** A minified bundle of dist/worker/ from lib/part.ts, and its map by the name that it is uploaded under. */
const bundled = () => {
  const options: BuildOptions = { minify: true, sourcemap: 'external', outfile: 'dist/worker/index.mjs', write: false };
  const stdin = { contents: source, sourcefile: 'lib/part.ts', resolveDir: process.cwd() };
  const files = buildSync({ ...options, stdin, format: 'esm', bundle: true }).outputFiles ?? [];
  const textOf = (end: string): string => files.find(({ path }) => path.endsWith(end))?.text ?? '';
  const column = textOf('.mjs').indexOf('new Error') + 1;
  return { column, maps: new Map([['worker/index.mjs.map', textOf('.map')]]) };
};

describe('a stack trace of a function', () => {
  const { column, maps } = bundled();
  const frames = [
    `(file:///var/task/dist/worker/index.mjs:1:${column})`,
    `at /var/task/dist/worker/index.mjs:1:${column}`,
  ];

  it('names the lines of the source, wherever places stand in it, and keeps the rest', () => {
    const { text, missing } = traced(`{"stack":["Error: x","at a ${frames[0]}"]}\n${frames[1]}\n`, maps);
    expect(text).toBe('{"stack":["Error: x","at a (lib/part.ts:4:9)"]}\nat lib/part.ts:4:9\n');
    expect(missing).toEqual([]);
  });

  it('keeps a place that has no map, and names its bundle once', () => {
    const other = 'at file:///var/task/dist/worker/chunk-ABC.mjs:1:5\n'.repeat(2);
    expect(traced(other, maps)).toEqual({ text: other, missing: ['worker/chunk-ABC.mjs'] });
    const runtime = 'at Runtime.handleOnce (file:///var/runtime/index.mjs:1173:29)';
    expect(traced(runtime, maps)).toEqual({ text: runtime, missing: [] });
  });
});
