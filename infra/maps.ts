/**
 * The source maps of a deployment: one zip beside the packages of its functions in the deployment's bucket, and in none of
 * them. Zipped and uploaded as packages are, so that an unchanged deployment is still recognised as one.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** What of the framework is used here. */
export type MapsFramework = {
  serviceDir: string;
  service: { provider: { shouldNotDeploy?: boolean }; package: { artifactDirectoryName?: string } };
  pluginManager: { getPlugins(): readonly object[] };
};

type Packager = { zipFiles(files: readonly string[], zipName: string, prefix: string): Promise<string> };
type Deployer = { uploadZipFile(upload: { filename: string; s3KeyDirname: string }): Promise<unknown> };

const zipName = 'maps.zip';
const folder = join('dist', 'maps');

const pluginWith = <T extends object>({ pluginManager }: MapsFramework, method: keyof T & string): T => {
  const found = pluginManager.getPlugins().find((plugin) => method in plugin);
  if (found) return found as T;
  throw new Error(`infra/maps.ts: no plugin of this version of osls has ${method}; use the version of package.json`);
};

/** @param functions whose maps are wanted; the command line is not deployed */
export const zipMaps = async (framework: MapsFramework, functions: readonly string[]): Promise<void> => {
  const files = functions.flatMap((name) => globSync(join(folder, name, '*.map'), { cwd: framework.serviceDir }));
  await pluginWith<Packager>(framework, 'zipFiles').zipFiles(files, zipName, folder);
};

export const uploadMaps = async (framework: MapsFramework): Promise<void> => {
  const { provider, package: artifacts } = framework.service;
  if (provider.shouldNotDeploy) return;
  await pluginWith<Deployer>(framework, 'uploadZipFile').uploadZipFile({
    filename: join(framework.serviceDir, '.serverless', zipName),
    s3KeyDirname: artifacts.artifactDirectoryName ?? '',
  });
};
