import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { functionNames, overweight, sizeTable } from '../../infra/build.ts';
import bounds from '../../infra/bundles.json' with { type: 'json' };
import Packaging, { type Framework } from '../../infra/packaging.ts';
import { bundledSources } from './bundled.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const serviceFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-service-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** What osls hands to a plugin, as far as it looks. */
const started = (stage: string, command: string) => {
  const framework: Framework = {
    serviceDir: serviceFolder(),
    service: {
      custom: { policy: `hooksweep.${stage}.yml`, credentials: `hooksweep/${stage}`, topics: [], name: 'x' },
      provider: {},
      package: {},
    },
    pluginManager: { getPlugins: () => [] },
    configurationInput: { params: { default: {}, dev: {}, prod: {} } },
    getProvider: () => ({ getStage: () => stage }),
    processedInput: { commands: [command] },
    classes: { Error },
  };
  return new Packaging(framework).hooks['before:package:initialize']?.();
};

describe('a deployment', () => {
  it('of a stage that has no parameters is refused before anything is built, with the stages that there are', async () => {
    await expect(started('porod', 'package')).rejects.toThrow(
      /the stage porod has no parameters; add it under params in serverless\.yml \(there: dev, prod\)/,
    );
  });

  it('without a policy file is refused before anything is built, with the file to write', async () => {
    await expect(started('prod', 'deploy')).rejects.toThrow(
      /no policy file hooksweep\.prod\.yml; write it .* credentials as ssm:/,
    );
  });
});

describe('the folder of each function', () => {
  it.each(functionNames())('%s holds its chunks and its policy, and nothing else', (name) => {
    const files = readdirSync(join(root, 'dist', name));
    expect(files).toContain('index.mjs');
    for (const file of files) expect(file).toMatch(/^[\w.-]+\.mjs$|^hooksweep\.policy\.json$/);
    const maps = readdirSync(join(root, 'dist/maps', name)).filter((file) => file.endsWith('.map'));
    expect(maps.toSorted()).toEqual(
      files
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => `${file}.map`)
        .toSorted(),
    );
  });

  it.each(functionNames())(
    '%s has no part of the command line, the simulators, the YAML parser or the embedded stack',
    (name) => {
      const strange = bundledSources(name).filter((source) =>
        /^lib\/(cli|simulator)\/|^infra\/|node_modules\/(yaml|dynalite|fauxqs)\//.test(source),
      );
      expect(strange).toEqual([]);
    },
  );
});

describe('the size of a bundle', () => {
  const size = { name: 'worker', cold: 10, total: 20, gzip: 5 };

  it('has a bound for each function and for the command line', () => {
    expect(Object.keys(bounds).toSorted()).toEqual([...functionNames(), 'cli'].toSorted());
  });

  it('may reach its bound and not pass it; without a bound it fails', () => {
    expect(overweight([size], { worker: { cold: 10, total: 20, gzip: 5 } })).toEqual([]);
    expect(overweight([size], { worker: { cold: 9, total: 20, gzip: 5 } })).toEqual([
      'worker: cold is 10 KB, more than 9; import less, or raise infra/bundles.json and say why in the commit',
    ]);
    expect(overweight([size], {})).toHaveLength(3);
  });

  it('is shown as a table', () => {
    expect(sizeTable([size])).toBe('KB             cold    total     gzip\nworker           10       20        5');
  });
});
