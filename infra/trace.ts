/** Turns places in the bundles of a deployment into places in the source: `node infra/trace.ts maps.zip < trace.txt`. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entriesOf } from './unzip.ts';

const place = /(?:file:\/\/)?[^\s"'()]*\/dist\/([\w-]+\/[\w.-]+\.mjs):(\d+):(\d+)/g;

export type Traced = {
  text: string;
  /** Bundles that the text names and that have no map here. */
  missing: readonly string[];
};

/** @param maps the text of each source map, by name such as `worker/index.mjs.map` */
export const traced = (text: string, maps: ReadonlyMap<string, string>): Traced => {
  const parsed = new Map<string, SourceMap>();
  const missing = new Set<string>();
  const mapOf = (bundle: string): SourceMap | undefined => {
    const map = maps.get(`${bundle}.map`);
    if (map !== undefined && !parsed.has(bundle)) parsed.set(bundle, new SourceMap(JSON.parse(map)));
    if (map === undefined) missing.add(bundle);
    return parsed.get(bundle);
  };
  const found = text.replace(place, (whole, bundle: string, line: string, column: string) => {
    // Traces count from one, source maps from zero.
    const entry = mapOf(bundle)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !('originalSource' in entry)) return whole;
    const source = posix.join('dist', posix.dirname(bundle), entry.originalSource);
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
  return { text: found, missing: [...missing] };
};

const main = (file: string | undefined): void => {
  if (file === undefined) throw new Error('name the maps.zip of the deployment, and give the trace on stdin');
  const maps = new Map(entriesOf(readFileSync(file)).map(({ name, content }) => [name, content.toString('utf8')]));
  const { text, missing } = traced(readFileSync(0, 'utf8'), maps);
  process.stdout.write(text);
  for (const bundle of missing) console.error(`${file} has no map of ${bundle}: take the one of its own deployment`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv[2]);
  } catch (error) {
    console.error(`trace: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
