import { canonical, sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';

/**
 * One line of a story. `hash` covers the others, `prev` is the hash of the line before, and the first line of a story
 * points at the hash of its subject: no line can be changed, moved to another story or cut from the middle unseen.
 */
export type Entry = {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  event: string;
  /** `schedule:…`, `aws:<arn>`, `os:user@host` or `worker`. */
  actor: string;
  detail: string;
  prev: string;
  hash: string;
};

/** Longest detail kept; longer ones end in an ellipsis. */
const detailCharactersMax = 500;

/** Where a story about this subject begins. */
export const genesis = (subject: string): string => sha256(`hooksweep story of ${subject}`);

const fields = 7;

/** Over every field but the hash itself; the fields of a usual line are written in canonical order at once. */
const hashOf = (entry: Entry): string => {
  const { hash: _, ...line } = entry;
  if (Object.keys(entry).length !== fields) return sha256(canonical(line));
  const { actor, at, detail, event, prev, seq } = line;
  return sha256(canonical({ actor, at, detail, event, prev, seq }));
};

/** The next line of a story whose last hash is `head`. */
export const nextEntry = (head: string, seq: number, at: Ms, event: string, actor: string, detail: string): Entry => {
  const short = detail.length > detailCharactersMax ? `${detail.slice(0, detailCharactersMax - 1)}…` : detail;
  const line = { seq, at: iso(at), event, actor, detail: short, prev: head, hash: '' };
  return { ...line, hash: hashOf(line) };
};

/** A part of a story, of which each entry is known to follow the one before. */
export type Part = { seqBefore: number; history: readonly Entry[]; head: string };

/** What is wrong between parts that are whole in themselves, or null: each must begin where the one before ended. */
export const brokenBetween = (subject: string, parts: readonly Part[]): string | null => {
  let before: Pick<Part, 'head'> & { seq: number } = { seq: 0, head: genesis(subject) };
  for (const { seqBefore, history, head } of parts) {
    if (seqBefore !== before.seq) return `entry ${before.seq + 1} is missing: a part begins after number ${seqBefore}`;
    if ((history[0]?.prev ?? head) !== before.head) return `entry ${seqBefore + 1} does not follow the one before`;
    before = { seq: seqBefore + history.length, head };
  }
  return null;
};

/** The first thing that is wrong with a story, or null. Entries must be whole and in order, from the first to the head. */
export const brokenAt = (subject: string, entries: readonly Entry[], head: string): string | null =>
  brokenFrom(genesis(subject), 0, entries, head);

/** The same for a part of a story that goes on after entry number `before`, of which the hash is `start`. */
export const brokenFrom = (start: string, before: number, entries: readonly Entry[], head: string): string | null => {
  let prev = start;
  for (const [at, entry] of entries.entries()) {
    if (entry.seq !== before + at + 1) return `entry ${before + at + 1} says that it is number ${entry.seq}`;
    if (entry.prev !== prev) return `entry ${entry.seq} does not follow the one before`;
    if (entry.hash !== hashOf(entry)) return `entry ${entry.seq} was changed after it was written`;
    prev = entry.hash;
  }
  const last = before + entries.length;
  return prev === head ? null : `the story ends before its head: entries are missing after number ${last}`;
};
