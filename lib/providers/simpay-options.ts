import * as v from 'valibot';
import { fields, flag, text } from '../policy/values.ts';

const part = v.pipe(text, v.regex(/^[\w.-]{1,60}$/, 'not a number of a branch or an account'));
const path = v.pipe(text, v.regex(/^(\/[\w-][\w.-]*)+\/?$/, 'not a path'), v.maxLength(200, 'too long'));

/** Where the documents disagree on paths, these are the choices; all of them are UNVERIFIED. */
const Paths = fields({
  /** Before `/webhooks` and `/webhooks/{id}`. */
  prefix: v.optional(path, '/v3/accounts/api'),
  /** The whole path of the list, where it is another one. */
  list: v.exactOptional(path),
  token: v.optional(path, '/v2/finance/auth-token/'),
  /** Some servers of this kind answer a path without its slash at the end by a redirect. */
  trailingSlash: v.optional(flag, false),
});

export type SourceAccount = { branch: string; number: string };

/** The scope of one source account. Neither part has a colon. */
export const scopeOf = ({ branch, number }: SourceAccount): string => `${branch}:${number}`;

export const Options = fields({
  sourceAccounts: v.pipe(
    v.array(fields({ branch: part, number: part })),
    v.minLength(1, 'no source account'),
    v.check((all) => new Set(all.map(scopeOf)).size === all.length, 'a source account is there twice'),
  ),
  paths: v.optional(Paths, {}),
});

const documented = { prefix: '/v3/accounts/api', list: '/v3/accounts/webhooks' } as const;

/** The addresses of one account, below its base URL. */
export const addressesOf = (baseUrl: string, { prefix, list, token, trailingSlash }: v.InferOutput<typeof Paths>) => {
  const end = trailingSlash ? '/' : '';
  const trim = (given: string) => given.replace(/\/$/, '');
  const all = `${baseUrl}${trim(prefix)}/webhooks${end}`;
  const other = prefix === documented.prefix ? [`${baseUrl}${documented.list}${end}`] : [];
  return {
    all,
    /** Tried in this order, for reading alone: nothing that changes something goes to an address that is a guess. */
    lists: list === undefined ? [all, ...other] : [`${baseUrl}${list}`],
    token: `${baseUrl}${token}`,
    one: (id: string) => `${baseUrl}${trim(prefix)}/webhooks/${encodeURIComponent(id)}${end}`,
  };
};
