/**
 * Node's own modules without the facade that an `import` of them makes. The facade reads every export once, and some load what
 * nobody asked for: `crypto` Web Crypto, `fs` its promises and watchers, `process` the standard streams.
 */
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'builtin';
const isName = /^[A-Za-z_$][\w$]*$/;

const contentsOf = (path: string): string => {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => isName.test(name));
  const picked = names.map(
    (name) => `const _${name} = /* @__PURE__ */ pick('${name}'); export { _${name} as ${name} };`,
  );
  return [
    `const builtin = /* @__PURE__ */ process.getBuiltinModule('${path}');`,
    'const pick = (name) => builtin[name];',
    'export default builtin;',
    ...picked,
  ].join('\n');
};

export const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)?$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'import-statement' || !builtinModules.includes(name)) return undefined;
      return { path: `node:${name}`, namespace, sideEffects: false };
    });
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: contentsOf(path) }));
  },
};
