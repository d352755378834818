import { writeFile } from 'node:fs/promises';
import { providers } from '../providers/registry.ts';
import { policySchemaText } from './json-schema.ts';

await writeFile(new URL('../../hooksweep.schema.json', import.meta.url), policySchemaText(providers));
