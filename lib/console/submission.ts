import { type Field, reasonField, type Written, wordField } from './fields.ts';
import type { Meant } from './meant.ts';

type Body = Readonly<Record<string, unknown>>;

/** All inputs of a form, in their order. */
export const fieldsOf = ({ fields, word }: Pick<Meant, 'fields' | 'word'>): readonly Field[] => [
  ...fields,
  reasonField,
  ...(word === null ? [] : [wordField(word)]),
];

const textOf = (body: Body, name: string): string => {
  const value = body[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** What names a form and its target; '' for what was not sent, or is no text. */
export const namedBy = (body: Body): { form: string; target: string } => ({
  form: textOf(body, 'form'),
  target: textOf(body, 'target'),
});

/** What was written into these fields, and nothing else that was sent. */
export const writtenIn = (body: Body, fields: readonly Field[]): Written =>
  Object.fromEntries(fields.map(({ name }) => [name, textOf(body, name)]));
