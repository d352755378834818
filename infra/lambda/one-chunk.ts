/**
 * What each cold start loads goes into one chunk. esbuild groups modules by the entries that reach them; a module that is
 * loaded later reaches the function's entry here, as the entry is loaded by then anyway, and so all that the entry needs is
 * reached by all. Without it there would be a file for each set of chunks that share a module, a dozen and more.
 */
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const namespace = 'later';

export const oneChunk = (entry: string): Plugin => ({
  name: 'one-chunk',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (path === entry) return { path, sideEffects: true };
      if (kind !== 'dynamic-import' || pluginData === namespace) return undefined;
      const later = await resolve(path, { kind, resolveDir, importer, pluginData: namespace });
      return later.external || later.errors.length > 0 ? later : { path: later.path, namespace };
    });
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `import ${JSON.stringify(entry)}; export * from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
  },
});
