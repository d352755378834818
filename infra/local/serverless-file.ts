import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, type ScalarTag } from 'yaml';

const tag = (name: string, resolve: (text: string) => unknown): ScalarTag => ({ tag: name, resolve });
const customTags = [
  tag('!Ref', (text) => ({ Ref: text })),
  tag('!Sub', (text) => ({ 'Fn::Sub': text })),
  tag('!GetAtt', (text) => ({ 'Fn::GetAtt': text.split('.') })),
];

const readYaml = (file: string): unknown => parse(readFileSync(file, 'utf8'), { customTags, merge: true });

const pick = (tree: unknown, path: string, whole: string): unknown =>
  path.split('.').reduce((inner, key) => {
    const found = key === '' ? inner : (inner as Record<string, unknown> | null)?.[key];
    if (found === undefined) throw new Error(`serverless.yml: ${whole} leads nowhere`);
    return found;
  }, tree);

/** kind, file, path and default of `${self:a.b}`, `${file(./x.json):a.b}`, `${sls:stage}`, `${param:a}`, `${opt:a, 'b'}`. */
const variable = /\$\{(file|self|sls|opt|param)(?:\(([^)]+)\))?:?([\w.-]*)(?:,\s*'([^']*)')?\}/g;

/** A text that is one variable takes the variable's type; one variable may stand in another. */
const resolver = (self: unknown, folder: string) => {
  const lookUp = ([whole, kind, file, path, otherwise]: readonly (string | undefined)[]): unknown => {
    if (kind === 'opt') return otherwise;
    if (kind === 'sls') return 'local';
    if (kind === 'param') return resolve(pick(self, `params.default.${path}`, whole ?? ''));
    return resolve(pick(kind === 'file' ? readYaml(join(folder, file ?? '')) : self, path ?? '', whole ?? ''));
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
    }
    if (typeof value !== 'string') return value;
    const [first] = value.matchAll(variable);
    if (first?.[0] === value) return lookUp(first);
    const inner = value.replace(variable, (...match: string[]) => String(lookUp(match)));
    return inner === value ? value : resolve(inner);
  };
  return resolve;
};

export type Reference = { Ref: string };
export type Attribute = { 'Fn::GetAtt': [logicalId: string, attribute: string] };
export type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

export type FunctionEvent = {
  sqs?: { arn: Attribute; batchSize: number; maximumConcurrency: number };
  schedule?: { rate: readonly string[]; input: unknown };
};

export type ServerlessFile = {
  provider: { environment: Record<string, Reference | string> };
  functions: Record<string, { timeout: number; events?: readonly FunctionEvent[] }>;
  resources: readonly { Resources: Resources }[];
};

/** Reads serverless.yml with all that it includes, as the stage `local`. Only what these files use is understood. */
export const readServerlessFile = (file: string): ServerlessFile => {
  const raw = readYaml(file) as Record<string, unknown>;
  const folder = dirname(file);
  const custom = resolver(raw, folder)(raw.custom);
  return resolver({ ...raw, custom }, folder)(raw) as ServerlessFile;
};
