import { toJsonSchema } from '@valibot/to-json-schema';
import type { ProviderDefinition } from '../providers/contract.ts';
import { type Definitions, policyBranches } from './schema.ts';

/** The policy file as JSON Schema (draft 7), one branch for each provider. Editors complete and check by it. */
export const policyJsonSchema = (definitions: Definitions): Record<string, unknown> => ({
  ...toJsonSchema(policyBranches(definitions), { typeMode: 'input', errorMode: 'ignore' }),
  title: 'hooksweep policy',
});

/** The text of hooksweep.schema.json. */
export const policySchemaText = (definitions: Definitions): string =>
  `${JSON.stringify(policyJsonSchema(definitions), null, 2)}\n`;

/** The options of one provider and whether they must be there. */
export const optionNames = ({ options }: ProviderDefinition): readonly { name: string; required: boolean }[] => {
  const schema = toJsonSchema(options, { typeMode: 'input', errorMode: 'ignore' });
  return Object.keys(schema.properties ?? {}).map((name) => ({
    name,
    required: schema.required?.includes(name) ?? false,
  }));
};
