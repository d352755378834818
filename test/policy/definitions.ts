import * as v from 'valibot';
import { parsePolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { PolicyError, type Problem } from '../../lib/policy/problem.ts';
import type { ProviderDefinition } from '../../lib/providers/contract.ts';

const unopened = (): never => {
  throw new Error('a policy test opens no account');
};

/** Like the first real provider: one published base URL, one optional credential, no options. */
export const modulus: ProviderDefinition = {
  id: 'modulus',
  title: 'Modulus Labs',
  credentials: {
    secretKey: { required: true, about: 'secret key' },
    activationCode: { required: false, about: 'to create' },
  },
  options: v.strictObject({}),
  baseUrl: { sandbox: 'https://webhooks.sbx.example.com', production: null },
  open: unopened,
};

/** A provider with options, to see that they are checked and completed. */
export const gitlab: ProviderDefinition = {
  id: 'gitlab',
  title: 'GitLab',
  credentials: { token: { required: true, about: 'access token' } },
  options: v.strictObject({ projects: v.array(v.string()), groupHooks: v.optional(v.boolean(), false) }),
  baseUrl: { sandbox: 'https://gitlab.example.com/', production: 'https://gitlab.example.com/' },
  open: unopened,
};

export const definitions = { modulus, gitlab };

export const parse = (text: string): Policy => parsePolicy(text, 'hooksweep.yml', definitions);

/** The problems of a file that must not be accepted. */
export const problemsOf = (text: string): readonly Problem[] => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  throw new Error('the policy was accepted');
};

/** One sandbox account, with more lines for the account and for the file. */
export const policyText = ({ account = '', file = '' }: { account?: string; file?: string } = {}): string => `version: 1
accounts:
  - name: shop
    provider: modulus
    environment: sandbox
    credentials: { secretKey: env:SHOP_KEY }
${indent(account)}${file}
`;

const indent = (lines: string): string =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `    ${line}\n`)
    .join('');
