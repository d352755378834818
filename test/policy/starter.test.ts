import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { checkPolicy } from '../../lib/policy/check.ts';
import { policyJsonSchema, policySchemaText } from '../../lib/policy/json-schema.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { schemaLine, starterPolicy } from '../../lib/policy/starter.ts';
import { providers } from '../../lib/providers/registry.ts';
import { definitions, gitlab, modulus, parse } from './definitions.ts';

describe('the starter policy', () => {
  it.each([
    ['with a published base URL', starterPolicy(modulus)],
    ['without one', starterPolicy(modulus, 'production')],
    ['with options', starterPolicy(gitlab, 'sandbox', { projects: ['1'] })],
  ])('%s is valid as it is and raises no doubt', (_what, text) => {
    expect(text.startsWith(schemaLine)).toBe(true);
    expect(checkPolicy(parse(text))).toEqual([]);
  });

  it.each(Object.values(providers))('is valid for the provider $id', (definition) => {
    expect(parsePolicy(starterPolicy(definition), 'hooksweep.yml', providers).accounts).toHaveLength(1);
  });

  it('writes the defaults that the code has', () => {
    const text = starterPolicy(modulus);
    const bare = text.replace(/^(lifecycle|limits|retry|keepLast|mode):.*$/gm, '');
    expect(parse(bare).hash).toBe(parse(text).hash);
  });
});

type Schema = {
  [key: string]: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  items?: Schema;
};

/** As much of JSON Schema as the generated one uses. */
const fits = (schema: Schema, value: unknown): boolean => {
  if (schema.anyOf && !schema.anyOf.some((branch) => fits(branch, value))) return false;
  if ('const' in schema && schema.const !== value) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if (schema.type === 'string')
    return typeof value === 'string' && (!schema.pattern || new RegExp(String(schema.pattern)).test(value));
  if (schema.type === 'array') return Array.isArray(value) && value.every((entry) => fits(schema.items ?? {}, entry));
  if (schema.type !== 'object') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const known = schema.properties ?? {};
  const closed = schema.additionalProperties === false;
  return (
    (schema.required ?? []).every((key) => key in value) &&
    Object.entries(value).every(([key, member]) =>
      Object.hasOwn(known, key) ? fits(known[key] ?? {}, member) : !closed,
    )
  );
};

describe('the JSON schema', () => {
  const schema = policyJsonSchema(definitions) as Schema;
  const example = async (): Promise<Record<string, unknown>> =>
    parseYaml(await readFile(new URL('../fixtures/policy/design-example.yml', import.meta.url), 'utf8'));

  it('accepts the example of the design', async () => {
    expect(fits(schema, await example())).toBe(true);
  });

  it.each([
    ['an unknown key', { mod: 'auto' }],
    ['an unknown rule', { rules: { duplicates: {} } }],
    ['a wrong duration', { lifecycle: { notice: '24' } }],
    ['a wrong word', { mode: 'atuo' }],
    [
      'a literal credential',
      { accounts: [{ name: 'a', provider: 'modulus', environment: 'sandbox', credentials: { secretKey: 'sk_live' } }] },
    ],
    [
      'credentials of another provider',
      { accounts: [{ name: 'a', provider: 'modulus', environment: 'sandbox', credentials: { token: 'env:A' } }] },
    ],
    ['an unknown provider', { accounts: [{ name: 'a', provider: 'other', environment: 'sandbox', credentials: {} }] }],
  ])('refuses %s', async (_what, change) => {
    expect(fits(schema, { ...(await example()), ...change })).toBe(false);
  });

  it('on disk is the one of the code', async () => {
    const stored = await readFile(new URL('../../hooksweep.schema.json', import.meta.url), 'utf8');
    expect(stored === policySchemaText(providers), 'hooksweep.schema.json is not current: run `npm run schema`').toBe(
      true,
    );
  });
});
