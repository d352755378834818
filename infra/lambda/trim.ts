/**
 * What the AWS SDK brings along for other places than Lambda, or evaluates at each cold start, and what stands there instead.
 * A row that matches nothing any more fails the build (`infra/build.ts`), so that an upgrade of the SDK cannot undo one unseen.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile, Plugin } from 'esbuild';

type Row = {
  /** Of the module's path below node_modules. */
  module: RegExp;
  why: string;
  write(source: string): string;
};

const credentials = JSON.stringify(fileURLToPath(new URL('../../functions/credentials.ts', import.meta.url)));

const errorSchema = /^export var (\w+\$) = \[-3, n0,(?:.|\n(?!\];))*\n\];\nn0_registry\.registerError\(\1, \w+\);$/gm;

const withoutErrors = (source: string): string => {
  const left = source.replace(errorSchema, '');
  const used = [...source.matchAll(errorSchema)].find(([, name = '']) => left.includes(name));
  if (used) throw new Error(`the schema of the error ${used[1]} is used by others: infra/lambda/trim.ts must leave it`);
  return left;
};

const rows: readonly Row[] = [
  {
    module: /^@aws-sdk\/credential-provider-node\/dist-es\/defaultProvider\.js$/,
    why: 'profiles, SSO, processes, web identities and instance metadata give no credentials on Lambda',
    write: () => `export { defaultProvider } from ${credentials};`,
  },
  {
    module: /^@smithy\/core\/.*\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    why: 'there is no ~/.aws on Lambda; what it would set is set by environment variables',
    write: () => 'export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });',
  },
  {
    module: /^@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/,
    why: 'the region is in the environment, and there is no instance to ask',
    write: () => 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    module: /^@smithy\/signature-v4\/dist-es\/HeaderFormatter\.js$/,
    why: 'it signs event streams, which none of these services has',
    write: () => 'export class HeaderFormatter {}',
  },
  {
    module: /^@aws-sdk\/middleware-endpoint-discovery\/dist-es\/resolveEndpointDiscoveryConfig\.js$/,
    why: 'DynamoDB itself has one endpoint in each region and nothing to discover',
    write: () => 'export const resolveEndpointDiscoveryConfig = (config) => config;',
  },
  {
    module: /^@aws-sdk\/client-dynamodb\/dist-es\/commands\/DescribeEndpointsCommand\.js$/,
    why: 'what would discover them',
    write: () => 'export const DescribeEndpointsCommand = undefined;',
  },
  {
    module: /^@smithy\/core\/.*\/checksum\/(md5\/Md5|sha256\/Sha256)Node\.js$/,
    why: 'Node has crypto on Lambda: nothing to try at each start, and no hashes in JavaScript to fall back to',
    write: (source) =>
      source
        .replace(/^const hasNativeCrypto = [\s\S]*?^\}\)\(\);$/m, '')
        .replace(/hasNativeCrypto \? (\w+\(\)) : \w+/, '$1'),
  },
  {
    module: /^@aws-sdk\/client-sqs\/dist-es\/schemas\/schemas_0\.js$/,
    why: 'as the next, and the names that members have in XML: the client speaks JSON',
    write: (source) => withoutErrors(source.replace(/\{ (?:\[_xF\]: 1, )?\[_xN\]: \w+ \}/g, '0')),
  },
  {
    module: /^@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/,
    why: 'a class for each error of a service: errors are told by their names, which they have without one',
    write: withoutErrors,
  },
  {
    module: /^@smithy\/core\/.*\/util-body-length\/calculateBodyLength\.js$/,
    why: 'bodies are text or bytes here; to know streams of files it loads what Node has for them',
    write: () =>
      "export const calculateBodyLength = (body) => typeof body === 'string' ? Buffer.byteLength(body) : (body?.byteLength ?? 0);",
  },
  {
    module: /^@smithy\/core\/.*\/serde\/uuid\/v4\.js$/,
    why: 'the global `crypto` loads Web Crypto, and does no more here than the module',
    write: () => "import { randomUUID } from 'node:crypto'; export const bindV4 = () => () => randomUUID();",
  },
  {
    module: /(^|\/)package\.json$/,
    why: 'of a manifest only the version is asked for',
    write: (source) => JSON.stringify({ version: JSON.parse(source).version }),
  },
];

const rowFor = (path: string): Row | undefined => {
  const module = path.split(/(?:^|\/)node_modules\//).at(-1) ?? path;
  return rows.find((row) => row.module.test(module));
};

/** What no bundle has any more. */
export const unmatched = (metafiles: readonly Metafile[]): string[] => {
  const matched = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)).map(rowFor));
  return rows
    .filter((row) => !matched.has(row))
    .map(({ module }) => `${module} in infra/lambda/trim.ts matches nothing`);
};

export const trim: Plugin = {
  name: 'trim',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@(aws-sdk|smithy)\/.*\.js$|\/package\.json$/ }, ({ path }) => {
      const row = rowFor(path);
      if (!row) return undefined;
      const source = readFileSync(path, 'utf8');
      const contents = row.write(source);
      if (contents === source) throw new Error(`infra/lambda/trim.ts finds nothing to leave out of ${path}`);
      return {
        contents,
        loader: path.endsWith('.json') ? 'json' : 'js',
        resolveDir: dirname(path),
      };
    });
  },
};
