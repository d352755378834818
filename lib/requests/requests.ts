import type * as v from 'valibot';
import { decide } from './decide.ts';
import { hold } from './hold.ts';
import { read } from './read.ts';

/** Everything that people may ask for, by the right that it takes. */
export const byRight = { read, hold, decide } as const;
export type Right = keyof typeof byRight;

/** A stack's function for each right: IAM permits per function only, so a right is a function. */
export const functionOf: Readonly<Record<Right, string>> = { read: 'audit', hold: 'control', decide: 'enqueue' };

export const requests = { ...read, ...hold, ...decide } as const;
type Requests = typeof requests;
export type RequestName = keyof Requests;
export type Asked<Name extends RequestName> = v.InferInput<Requests[Name]['schema']>;
export type Answer<Name extends RequestName> = Awaited<ReturnType<Requests[Name]['handle']>>;

export const rightFor = (name: RequestName): Right =>
  (Object.keys(byRight) as Right[]).find((right) => name in byRight[right]) ?? 'decide';
