import { looksPasted } from './wording.ts';

export type ReferenceSource = 'env' | 'ssm' | 'secretsmanager';
/** Where a credential stands. `key` picks a member of a Secrets Manager value that is a JSON object. */
export type Reference = { source: ReferenceSource; name: string; key: string | null };

/** `env:NAME`, `ssm:/path`, `secretsmanager:name` or `secretsmanager:name#key`. */
export const referencePattern =
  /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|ssm:\/[\w./-]{1,1010}|secretsmanager:[\w/+=.@:-]{1,512}(?:#[\w.-]{1,128})?)$/;

/** null where the text is no reference; never say why by showing the text, which may be the secret itself. */
export const parseReference = (text: string): Reference | null => {
  if (!referencePattern.test(text)) return null;
  const [, source, rest] = /^(\w+):(.*)$/.exec(text) ?? [];
  const [name = '', key = null] = source === 'secretsmanager' ? (rest ?? '').split('#') : [rest];
  if (source === 'env' && looksPasted(name)) return null;
  return { source: source as ReferenceSource, name, key };
};

/** Whether a reference to AWS names something below `PREFIX/`: parameters begin with a slash, secrets may come as an ARN. */
export const isBelow = ({ source, name }: Pick<Reference, 'source' | 'name'>, prefix: string): boolean => {
  if (source === 'ssm') return name.startsWith(`/${prefix}/`);
  return source === 'secretsmanager' && name.replace(/^arn:.*:secret:/, '').startsWith(`${prefix}/`);
};

/** Where the secrets of restores are below the prefix of a stage: no account can be called so. */
export const restoreFolders = { given: '_given', issued: '_issued' } as const;

/** The environment variable that examples and hints name: `MODULUS_SECRET_KEY` for modulus and `secretKey`. */
export const variableFor = (provider: string, credential: string): string =>
  `${provider}_${credential.replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
