/**
 * With splitting, esbuild puts whatever any chunk needs of an index (`@smithy/core/serde`) into each chunk that imports that
 * index: what only a lazily loaded client uses is then loaded at each cold start. Here the SDK's modules import a name from the
 * module that defines it. Their packages declare `sideEffects: false`, so an index may be left out.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

type Origin = { from: string; name: string };

const sdkModules = /node_modules\/@(aws-sdk|smithy)\/.+\/dist-es\/.+\.js$/;
const named = (keyword: 'import' | 'export'): RegExp => new RegExp(`^${keyword} \\{([^}]*)\\} from "([^"]+)";$`, 'gm');

/** `A, B as C` as names inside the braces' module and outside of it. */
const names = (list: string): { inner: string; outer: string }[] =>
  [...list.matchAll(/([\w$]+)(?: as ([\w$]+))?/g)].map(([, inner = '', outer = inner]) => ({ inner, outer }));

/** What a module passes on, by the name under which it does. */
const passedOn = (file: string): Map<string, Origin> =>
  new Map(
    [...readFileSync(file, 'utf8').matchAll(named('export'))].flatMap(([, list = '', from = '']) =>
      names(list).map(({ inner, outer }) => [outer, { from, name: inner }] as const),
    ),
  );

export const directImports: Plugin = {
  name: 'direct-imports',
  setup({ onLoad, resolve }) {
    const files = new Map<string, Promise<string>>();
    const modules = new Map<string, Map<string, Origin>>();
    const fileOf = (spec: string, resolveDir: string): Promise<string> => {
      const key = `${spec} ${spec.startsWith('.') ? resolveDir : ''}`;
      const found = files.get(key) ?? resolve(spec, { resolveDir, kind: 'import-statement' }).then(({ path }) => path);
      files.set(key, found);
      return found;
    };
    const origin = async ({ from, name }: Origin, resolveDir: string): Promise<Origin> => {
      const file = await fileOf(from, resolveDir);
      if (!sdkModules.test(file)) return { from, name };
      const known = modules.get(file) ?? passedOn(file);
      modules.set(file, known);
      const next = known.get(name);
      return next ? origin(next, dirname(file)) : { from: file, name };
    };
    const direct = async (list: string, from: string, resolveDir: string): Promise<string> => {
      const imports = names(list).map(async ({ inner, outer }) => {
        const { from: file, name } = await origin({ from, name: inner }, resolveDir);
        return `import { ${name} as ${outer} } from ${JSON.stringify(file)};`;
      });
      return (await Promise.all(imports)).join(' ');
    };
    onLoad({ filter: sdkModules }, async ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const written = await Promise.all(
        [...source.matchAll(named('import'))].map(([, list = '', from = '']) => direct(list, from, dirname(path))),
      );
      return { contents: source.replace(named('import'), () => written.shift() ?? '') };
    });
  },
};
