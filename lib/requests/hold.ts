import { veto } from './decisions.ts';
import { stop } from './switches.ts';

/** Holds back or puts back, and never lets anything go. */
export const hold = { stop, veto } as const;
