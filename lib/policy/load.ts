import { open } from 'node:fs/promises';
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { crossCheckAccounts, crossCheckNames } from './cross-check.ts';
import { type PolicyDocument, parseYaml } from './document.ts';
import { explain, inOrder } from './explain.ts';
import type { Policy } from './policy.ts';
import { PolicyError, type Problem } from './problem.ts';
import { resolvePolicy } from './resolve.ts';
import { type Definitions, policySchema } from './schema.ts';

/** What has to hold beyond the file itself, for the place where it is to run. */
export type AlsoCheck = (document: PolicyDocument, policy: Policy) => Problem[];

/** Reads and checks a policy file. Throws PolicyError with all that is wrong; never reads more than the limit. */
export const loadPolicy = async (file: string, definitions: Definitions, alsoCheck?: AlsoCheck): Promise<Policy> =>
  parsePolicy(decode(await readBytes(file), file), file, definitions, alsoCheck);

/** Checks the text of a policy file; `file` is what messages call it. Throws PolicyError with all that is wrong. */
export const parsePolicy = (
  text: string,
  file: string,
  definitions: Definitions,
  alsoCheck: AlsoCheck = () => [],
): Policy => {
  if (Buffer.byteLength(text) > limits.policyBytesMax) throw tooLarge(file);
  const document = parseYaml(text.replace(/^\uFEFF/, ''), file);
  const names = crossCheckNames(document, definitions);
  const parsed = v.safeParse(policySchema(definitions), document.value);
  if (!parsed.success) throw new PolicyError(inOrder([...explain(parsed.issues, document), ...names]));
  const policy = resolvePolicy(parsed.output, definitions);
  const problems = [...names, ...crossCheckAccounts(document, policy), ...alsoCheck(document, policy)];
  if (problems.length > 0) throw new PolicyError(inOrder(problems));
  return policy;
};

const fileProblem = (file: string, message: string, hint: string): PolicyError =>
  new PolicyError([{ file, line: null, column: null, message, hint }]);

const tooLarge = (file: string): PolicyError =>
  fileProblem(file, `larger than ${limits.policyBytesMax} bytes`, 'is this the policy file? name it with --config');

const notReadable: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['there is no such file', 'run `hooksweep init`, or name the file with --config'],
  ENOTDIR: ['a part of the path is no folder', 'name the file with --config'],
  EISDIR: ['this is a folder', 'name the file in it with --config'],
  EACCES: ['no permission to read it', 'give this user the right to read it'],
  EPERM: ['no permission to read it', 'give this user the right to read it'],
  ELOOP: ['a symbolic link that points to itself', 'name the file itself with --config'],
};

const readBytes = async (file: string): Promise<Buffer> => {
  try {
    const handle = await open(file, 'r');
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of handle.createReadStream({ autoClose: false })) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > limits.policyBytesMax) throw tooLarge(file);
      }
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const known = notReadable[code];
    if (known) throw fileProblem(file, ...known);
    if (code !== '') throw fileProblem(file, `cannot be read (${code})`, 'name another file with --config');
    throw error;
  }
};

const decode = (bytes: Buffer, file: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw fileProblem(file, 'not UTF-8', 'save it as UTF-8');
    throw error;
  }
};
