import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Resource = { Type: string; Properties: Record<string, unknown>; [key: string]: unknown };

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const file = at('.serverless/cloudformation-template-update-stack.json');
export const templateFile = fileURLToPath(file);
const sources = ['serverless.yml', ...readdirSync(at('infra')).map((name) => `infra/${name}`)].filter((path) =>
  /\.(yml|json)$/.test(path),
);

/** The CloudFormation template as it was packaged last. */
export const deployed = (): Record<string, Resource> => {
  if (!existsSync(file)) throw new Error('nothing is packaged yet; run `npm run package` first');
  const packaged = statSync(file).mtimeMs;
  const newer = sources.find((path) => statSync(at(path)).mtimeMs > packaged);
  if (newer) throw new Error(`${newer} changed after it was packaged; run \`npm run package\` again`);
  return JSON.parse(readFileSync(file, 'utf8')).Resources;
};

export const ofType = (resources: Record<string, Resource>, type: string): Resource[] =>
  Object.values(resources).filter((resource) => resource.Type === type);
