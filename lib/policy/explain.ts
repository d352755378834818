import type { BaseIssue } from 'valibot';
import type { Path, PolicyDocument } from './document.ts';
import type { Problem } from './problem.ts';
import { looksSecret, meant, quote } from './wording.ts';

type Issue = BaseIssue<unknown>;

/** A schema's findings as problems with a place. Two checks of one value may say the same; it is told once. */
export const explain = (issues: readonly Issue[], document: PolicyDocument): Problem[] => {
  const problems = issues.flatMap((issue) => explainOne(issue, [], document));
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
};

export const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

/** A problem at a path, for checks that no schema can make. */
export const problemAt = (
  document: PolicyDocument,
  path: Path,
  message: string,
  hint: string,
  what: 'key' | 'value' = 'value',
): Problem => ({
  file: document.file,
  ...document.spot(path, what),
  message: `${dotted(path)}${message}`,
  hint,
});

const explainOne = (issue: Issue, above: Path, document: PolicyDocument): Problem[] => {
  const path = [...above, ...(issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))];
  if (issue.type === 'union' && typeof issue.input === 'object' && issue.input !== null) {
    const nested = (issue.issues ?? []).filter(({ type }) => type !== 'literal');
    if (nested.length > 0) return nested.flatMap((inner) => explainOne(inner, path, document));
  }
  if (issue.type === 'strict_object' && issue.expected === 'never') return unknownKeys(issue, path, document);
  const missing = issue.type === 'strict_object' && issue.path?.at(-1)?.origin === 'key';
  const [message, hint] = worded(issue, document.source(path));
  return [problemAt(document, missing ? path.slice(0, -1) : path, message, hint)];
};

/** valibot names the first unknown key of a map only; people want them all. */
const unknownKeys = (issue: Issue, path: Path, document: PolicyDocument): Problem[] => {
  const [, ...allowed] = issue.message.split('\n');
  const ours = issue.message.startsWith('\n');
  const map = issue.path?.at(-1)?.input;
  const found =
    ours && typeof map === 'object' && map !== null
      ? Object.keys(map).filter((key) => !allowed.includes(key))
      : [String(path.at(-1))];
  return found.map((key) => {
    const close = meant(key, allowed);
    const all = ours && allowed.join('') !== '' ? `; the keys here are ${allowed.join(', ')}` : '';
    return problemAt(
      document,
      [...path.slice(0, -1), key],
      `unknown key ${quote(key)}`,
      `${close === null ? 'remove it' : `did you mean ${close}?`}${all}`,
      'key',
    );
  });
};

const worded = (issue: Issue, source: string | null): readonly [string, string] => {
  const [message = '', hint = ''] = issue.message.split('\n');
  const unquoted = issue.expected === 'string' && ['number', 'boolean', 'bigint'].includes(typeof issue.input);
  if (unquoted && hint === '') {
    const typed = source ?? String(issue.input);
    return [`expected a text, got the ${typeof issue.input} ${quote(typed)}`, `quote it: ${quoted(typed)}`];
  }
  if (!issue.message.includes('\n')) {
    // A provider's own schema: its messages quote the value, ours must not.
    return [
      `expected ${issue.expected ?? 'something else'}, got ${quote(issue.input)}`,
      'see the options of this provider',
    ];
  }
  return [message, hint === '' ? `got ${quote(issue.input)}; write a text` : hint];
};

const quoted = (typed: string): string => (quote(typed).startsWith('"') ? quote(typed) : '"…"');

const plainKey = /^[\w-]{1,80}$/;

const dotted = (path: Path): string => {
  const text = path.reduce<string>((line, step) => {
    if (typeof step === 'number') return `${line}[${step}]`;
    return `${line}${line === '' ? '' : '.'}${looksSecret(step) || !plainKey.test(step) ? '…' : step}`;
  }, '');
  return text === '' ? '' : `${text}: `;
};
