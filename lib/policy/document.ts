import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { limits } from '../limits.ts';
import { PolicyError, type Problem } from './problem.ts';
import { quote } from './wording.ts';

export type Path = readonly (string | number)[];
export type Spot = { line: number; column: number };

/** A parsed file that still knows where everything stood. */
export type PolicyDocument = {
  file: string;
  value: unknown;
  /** Where the value at the path stands, or the nearest thing around it that is there. */
  spot(path: Path, what: 'key' | 'value'): Spot;
  /** The scalar at the path as it was typed. */
  source(path: Path): string | null;
};

const unknownAlias = [
  'an alias (*name) that stands for nothing',
  'define it before with &name, or quote a text that begins with *',
] as const;

const syntax: Partial<Record<ErrorCode, readonly [message: string, hint: string]>> = {
  BAD_ALIAS: unknownAlias,
  BAD_COLLECTION_TYPE: ['a tag that does not fit', 'remove the tag'],
  BAD_DQ_ESCAPE: ['an escape that YAML does not know', 'use single quotes'],
  BAD_INDENT: ['wrong indentation', 'indent with spaces, alike for all keys of one map'],
  BAD_SCALAR_START: ['a text that begins with a reserved character', 'quote it'],
  BLOCK_AS_IMPLICIT_KEY: ['a map inside a line', 'begin it on a line of its own, or quote the text that holds a colon'],
  BLOCK_IN_FLOW: ['a block inside { } or [ ]', 'write it all within the brackets'],
  DUPLICATE_KEY: ['a key that was given before in the same map', 'keep one of the two'],
  MISSING_CHAR: ['something is missing here: a colon, a comma, a quote or a bracket', 'close what was opened'],
  MULTIPLE_DOCS: ['a second document', 'keep one policy in one file and remove the --- line'],
  NON_STRING_KEY: ['a key that is no text', 'quote it'],
  RESOURCE_EXHAUSTION: ['nested too deeply', 'write the policy as the examples do'],
  TAB_AS_INDENT: ['a tab in the indentation', 'indent with spaces'],
  TAG_RESOLVE_FAILED: ['a tag (!…) that is not known here', 'remove the tag, or quote a text that begins with !'],
  UNEXPECTED_TOKEN: ['something that does not belong here', 'look for an open quote or bracket before it'],
};

/**
 * YAML 1.2, core schema. Throws PolicyError where the text is no one map.
 * The parser's own messages quote the file, which may hold a secret, so they are replaced.
 */
export const parseYaml = (text: string, file: string): PolicyDocument => {
  const lines = new LineCounter();
  const place = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fail = (offset: number, message: string, hint: string): never => {
    throw new PolicyError([{ file, ...place(offset), message, hint }]);
  };
  const document = readDocument(text, lines, fail);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw new PolicyError(
      broken.map(({ code, pos }): Problem => {
        const [message, hint] = syntax[code] ?? [
          `not YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
          'see yaml.org/spec/1.2.2',
        ];
        return { file, ...place(pos[0]), message: `${message}${named(code, text, pos[0])}`, hint };
      }),
    );
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null))
    fail(0, 'the policy is empty', 'run `hooksweep init` for one to start from');
  if (!isMap(root)) fail(root?.range?.[0] ?? 0, 'the policy is not a map', 'begin with version: 1');
  return {
    file,
    value: plainValue(document, fail),
    spot: (path, what) => place(find(document, path, what).offset),
    source: (path) => find(document, path, 'value').source,
  };
};

type Fail = (offset: number, message: string, hint: string) => never;

const readDocument = (text: string, lineCounter: LineCounter, fail: Fail): Document.Parsed => {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      lineCounter,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
    });
  } catch (error) {
    if (error instanceof RangeError) return fail(0, 'nested too deeply', 'write the policy as the examples do');
    throw error;
  }
};

const plainValue = (document: Document.Parsed, fail: Fail): unknown => {
  visit(document, {
    Alias: (_key, alias) => {
      if (!alias.resolve(document)) fail(alias.range?.[0] ?? 0, ...unknownAlias);
    },
  });
  try {
    return document.toJS({ maxAliasCount: limits.policyAliasesMax });
  } catch (error) {
    if (error instanceof ReferenceError)
      return fail(0, `too many aliases (over ${limits.policyAliasesMax})`, 'write the values out');
    if (error instanceof RangeError) return fail(0, 'nested too deeply', 'write the policy as the examples do');
    throw error;
  }
};

const named = (code: ErrorCode, text: string, offset: number): string => {
  const key = code === 'DUPLICATE_KEY' ? /^[\w.-]+/.exec(text.slice(offset, offset + 80))?.[0] : undefined;
  return key === undefined ? '' : `: ${quote(key)}`;
};

const find = (
  document: Document.Parsed,
  path: Path,
  what: 'key' | 'value',
): { offset: number; source: string | null } => {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(holder)
      ? holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown = isSeq(holder) ? holder.items[Number(step)] : pair?.value;
    if (next === undefined) return { offset, source: null };
    const keyOffset = startOf(pair?.key);
    // An empty value has no place of its own.
    const empty = isScalar(next) && next.source === '' && next.type === 'PLAIN';
    offset =
      (what === 'key' && depth === path.length - 1) || empty
        ? (keyOffset ?? offset)
        : (startOf(next) ?? keyOffset ?? offset);
    node = next;
  }
  return { offset, source: isScalar(node) && typeof node.source === 'string' ? node.source : null };
};

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
