import { resolve } from 'node:path';
import { parseReference } from '../policy/reference.ts';
import { textOf, textsOf } from './args.ts';
import { CommandError, type Context } from './command.ts';

const wrong = (message: string, hint: string) => new CommandError({ code: 'bad-option', message, hint });

/**
 * `--secret NAME=env:VARIABLE`, with a stack `NAME=ssm:/PATH`, repeated. What it names is read where it is used. A value in
 * place of a reference is refused and never shown.
 */
export const givenSecrets = ({ values }: Pick<Context, 'values'>): Record<string, string> =>
  Object.fromEntries(
    textsOf(values, 'secret').map((text) => {
      const [, name, reference = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || parseReference(reference) === null)
        throw wrong(
          '--secret is not NAME=env:VARIABLE',
          'put the value into a variable and write --secret NAME=env:VARIABLE, or with --stack NAME=ssm:/PATH',
        );
      return [name, reference];
    }),
  );

/**
 * `--secret-to file:PATH`, with a stack `ssm:/PATH`; null where it is not given. A file is named whole: it is written by
 * whatever process creates the webhook.
 */
export const secretPlace = ({ values, cwd }: Pick<Context, 'values' | 'cwd'>): string | null => {
  const text = textOf(values, 'secret-to');
  if (!text) return null;
  if (!/^(file:.|ssm:\/.)/.test(text))
    throw wrong('--secret-to is no place that can be written', 'write file:PATH, or with --stack ssm:/PATH');
  return text.replace(/^file:(.*)$/s, (_, path: string) => `file:${resolve(cwd, path)}`);
};

export const secretOptions = {
  secret: { type: 'string', multiple: true },
  'secret-to': { type: 'string' },
} as const;

export const secretHelp = {
  secret:
    'NAME=env:VARIABLE  a part that was never kept, such as url, or a secret of its own; with --stack ssm:/PATH; repeatable',
  'secret-to': 'file:PATH  where a secret goes that the provider makes up, and nothing is yet; with --stack ssm:/PATH',
} as const;
