import { describe, expect, it } from 'vitest';
import { type MapsFramework, uploadMaps, zipMaps } from '../../infra/maps.ts';

const artifactDirectoryName = 'serverless/hooksweep/dev/1-2026';

/** What osls hands to a plugin, as far as maps go, with what was asked of it. */
const osls = (provider: MapsFramework['service']['provider'] = {}) => {
  const asked: unknown[] = [];
  const plugin = {
    zipFiles: async (...zip: unknown[]) => void asked.push(zip),
    uploadZipFile: async (upload: unknown) => void asked.push(upload),
  };
  const framework = (plugins: readonly object[]): MapsFramework => ({
    serviceDir: '/service',
    service: { provider, package: { artifactDirectoryName } },
    pluginManager: { getPlugins: () => plugins },
  });
  return { asked, framework: framework([{}, plugin]), other: framework([{}]) };
};

describe('source maps', () => {
  it('go into the folder of their deployment', async () => {
    const { asked, framework } = osls();
    await uploadMaps(framework);
    expect(asked).toEqual([{ filename: '/service/.serverless/maps.zip', s3KeyDirname: artifactDirectoryName }]);
  });

  it('are not uploaded where nothing is deployed', async () => {
    const { asked, framework } = osls({ shouldNotDeploy: true });
    await uploadMaps(framework);
    expect(asked).toEqual([]);
  });

  it('name the version of osls that they need where it is another', async () => {
    const { other } = osls();
    await expect(zipMaps(other, ['worker'])).rejects.toThrow(/zipFiles; use the version of package\.json/);
    await expect(uploadMaps(other)).rejects.toThrow(/uploadZipFile; use the version of package\.json/);
  });
});
