import * as v from 'valibot';
import type { Outcome } from './contract.ts';
import type { Answer, Call } from './http.ts';
import { unaddressable } from './listing.ts';

/** An answer and what it means. */
export type Replied = { answer: Answer; outcome: Outcome };
/** What goes with a call beside method and address. */
export type Sent = { body?: Call['body']; signal?: AbortSignal | undefined };
export type Get = (url: string) => Promise<Replied>;

const Created = v.looseObject({ id: v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]) });

/** The id of what was created, where the answer has one that can be addressed. */
export const createdId = (answer: Answer): { id?: string } => {
  const parsed = v.safeParse(Created, answer.kind === 'answer' ? answer.json : undefined);
  return parsed.success && unaddressable(parsed.output.id) === null ? { id: parsed.output.id } : {};
};

const Archived = v.looseObject({ archived: v.literal(true) });

/**
 * Whether a change was refused with 403 because its repository or project is archived: that looks like a lack of rights,
 * but the account must not be paused for it. Costs one reading call after such a 403, none otherwise.
 */
export const isArchived = async ({ answer, outcome }: Replied, owner: string, get: Get): Promise<boolean> => {
  const forbidden = 'status' in answer && answer.status === 403;
  if (!forbidden || outcome.kind !== 'retry' || outcome.pause !== 'credential') return false;
  const state = await get(owner);
  return state.answer.kind === 'answer' && v.safeParse(Archived, state.answer.json).success;
};

/** As a listing or a set of scopes fails: whatever is no refusal is to be tried again. */
export const failure = (outcome: Outcome): Extract<Outcome, { kind: 'retry' | 'refused' }> =>
  outcome.kind === 'retry' || outcome.kind === 'refused' ? outcome : { kind: 'retry', why: outcome.why };
