/**
 * Bundles each function that serverless.yml names into dist/<function>/index.mjs and the CLI into dist/cli/hooksweep.mjs.
 * Source maps go to dist/maps. HOOKSWEEP_CONFIG, a policy file, is validated and packed with the functions.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'yaml';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const functionNames = () => {
  const text = readFileSync('serverless.yml', 'utf8');
  return Object.keys(parse(text, { logLevel: 'error' }).functions);
};

/** CommonJS packages inside an ES module call `require` for Node's own modules. */
const requireBanner =
  "import { createRequire as hooksweepRequire } from 'node:module';const require = hooksweepRequire(import.meta.url);";

const bundle = async (entry, outfile, options = {}) => {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    logLevel: 'warning',
    ...options,
  });
  mkdirSync('dist/maps', { recursive: true });
  renameSync(`${outfile}.map`, join('dist/maps', `${outfile.split('/')[1]}.mjs.map`));
  console.log(`${outfile.padEnd(28)} ${(statSync(outfile).size / 1024).toFixed(0).padStart(6)} KB`);
};

/** Checked and resolved here, so that a broken policy is never deployed and the functions need no YAML. */
const resolvedPolicy = async (file) => {
  const { loadPolicy } = await import('../lib/policy/load.ts');
  const { packagedPolicy } = await import('../lib/policy/packaged.ts');
  const { providers } = await import('../lib/providers/registry.ts');
  return packagedPolicy(await loadPolicy(file, providers));
};

const sources = functionNames().map((name) => ({ name, entry: `functions/${name}.ts` }));
const entries = [...sources.map(({ entry }) => entry), 'lib/cli/main.ts'];
const missing = entries.filter((entry) => !existsSync(entry));

rmSync('dist', { recursive: true, force: true });
for (const { name, entry } of sources) {
  if (existsSync(entry)) await bundle(entry, `dist/${name}/index.mjs`);
}
if (existsSync('lib/cli/main.ts')) {
  // The embedded stack brings native code and is only there in a checkout.
  await bundle('lib/cli/main.ts', 'dist/cli/hooksweep.mjs', {
    external: ['classic-level', 'dynalite', 'fauxqs'],
  });
}
if (missing.length > 0) {
  console.error(`build: missing ${missing.join(', ')}; serverless.yml names each function and package.json the CLI`);
  process.exit(1);
}

const config = process.env.HOOKSWEEP_CONFIG;
if (config) {
  const policy = await resolvedPolicy(config);
  for (const { name } of sources) writeFileSync(`dist/${name}/hooksweep.policy.json`, policy);
  console.log(`dist/*/hooksweep.policy.json from ${config}`);
}
