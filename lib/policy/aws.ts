import type { Path, PolicyDocument } from './document.ts';
import { problemAt } from './explain.ts';
import { loadPolicy } from './load.ts';
import { packagedPolicy } from './packaged.ts';
import type { Account, Policy } from './policy.ts';
import type { Problem } from './problem.ts';
import { isBelow, parseReference, restoreFolders } from './reference.ts';
import type { Definitions } from './schema.ts';

/** What the roles of one stage allow. */
export type StageRights = {
  /** Parameters below `/PREFIX/` and secrets below `PREFIX/` are readable. */
  prefix: string;
  /** ARNs of topics, or references to the stage's own one, to which the functions may publish. */
  topics: readonly unknown[];
  /** Name of the stage's own topic. */
  notices: string;
};

const credentialProblem = (text: string, account: string, field: string, prefix: string): [string, string] | null => {
  const { source, name } = parseReference(text) ?? {};
  if (source === undefined || name === undefined)
    throw new Error(`${account}.${field} passed the schema without a reference`);
  const instead = `write ssm:/${prefix}/${account}/${field} or secretsmanager:${prefix}/${account}#${field}`;
  if (source === 'env')
    return ['the functions on AWS hold no credential in their environment', `${instead}, and store it there`];
  const ofRestores = Object.values(restoreFolders).find((folder) => isBelow({ source, name }, `${prefix}/${folder}`));
  if (ofRestores) return [`below ${prefix}/${ofRestores}/ are the secrets of restores`, instead];
  if (isBelow({ source, name }, prefix)) return null;
  const rights = `the functions of this stage read below ${source === 'ssm' ? '/' : ''}${prefix}/ only`;
  return [rights, `${instead}, or set the parameter credentials in serverless.yml`];
};

const accountProblems = (
  document: PolicyDocument,
  { name, credentials, notify }: Account,
  index: number,
  rights: StageRights,
): Problem[] => {
  const problems = Object.entries(credentials).flatMap(([field, text]) => {
    const problem = credentialProblem(text, name, field, rights.prefix);
    const path: Path = ['accounts', index, 'credentials', field];
    return problem ? [problemAt(document, path, ...problem)] : [];
  });
  const { sns } = notify;
  if (sns === undefined || sns.endsWith(`:${rights.notices}`) || rights.topics.includes(sns)) return problems;
  const hint = `name the stage's own topic ${rights.notices}, or add the ARN to the parameter topics in serverless.yml`;
  const message = `account ${name}: the functions of this stage may not publish to this topic`;
  const owner: Path = document.source(['accounts', index, 'notify', 'sns']) === null ? [] : ['accounts', index];
  return [...problems, problemAt(document, [...owner, 'notify', 'sns'], message, hint)];
};

/**
 * The policy file as it is packaged with the functions of one stage.
 *
 * @throws PolicyError with all that is wrong with it, here or for the functions on AWS
 */
export const packageForAws = async (file: string, definitions: Definitions, rights: StageRights): Promise<string> => {
  const alsoCheck = (document: PolicyDocument, { accounts }: Policy): Problem[] =>
    accounts.flatMap((account, index) => accountProblems(document, account, index, rights));
  return packagedPolicy(await loadPolicy(file, definitions, alsoCheck));
};
