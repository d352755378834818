import { createHash } from 'node:crypto';
import type { Ms } from '../clock.ts';
import type { Service } from './service.ts';

/** What the pages work on. */
export type Desk = {
  /** For people: the folder, or the stack. */
  where: string;
  /** Looks, and makes nothing that is not there. */
  read<R>(use: (service: Service) => Promise<R>): Promise<R>;
  /** Decides. */
  change<R>(use: (service: Service) => Promise<R>): Promise<R>;
  /** Somebody carries out what was decided: `run` on this folder, or a deployed stack. */
  isAtWork(): Promise<boolean>;
  /** Who that is, in a sentence: `hooksweep run`, or a stack. */
  worker: string;
  /** Time between two looks of an open page. */
  lookMs: Ms;
};

const atRest = 'at-rest';

/**
 * A text that differs whenever an open page is out of date. Where nobody is at work nothing changes by itself, and the folder
 * is left to others.
 */
export const revisionOf = async ({ read, isAtWork }: Pick<Desk, 'read' | 'isAtWork'>): Promise<string> => {
  if (!(await isAtWork())) return atRest;
  const status = await read((service) => service.status());
  return createHash('sha256').update(JSON.stringify(status)).digest('hex').slice(0, 16);
};

export const isAtRest = (revision: string): boolean => revision === atRest;
