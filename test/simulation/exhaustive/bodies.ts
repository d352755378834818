import { genesis, nextEntry } from '../../../lib/audit/chain.ts';
import type { CleanupRecord } from '../../../lib/audit/record.ts';

export const now = Date.parse('2026-11-02T08:00:00Z');
export const later = now + 3_600_000;
const longAgo = 0;

/** All of a record that a step may depend on. Times, versions and lines go on for ever; only how they compare matters. */
const essence = ({ state, offByUs, deleteSent, attempts, pending, openUntil, returnTo, leftAs }: CleanupRecord) => ({
  ...{ state, offByUs, deleteSent, attempts, leftAs },
  pending: pending && { call: pending.call, at: now, outcome: 'sent' as const },
  openUntil: openUntil && later,
  returnTo: returnTo && { ...returnTo, detail: '' },
});

/** Records of any webhook by small numbers, each the same for the same essence. */
export const createBodies = (bases: readonly CleanupRecord[]) => {
  const numbers = new Map<string, number>();
  const essences: ReturnType<typeof essence>[] = [];
  const stories = new Map<string, Pick<CleanupRecord, 'seqBefore' | 'history' | 'head'>>();
  const intern = (wanted: ReturnType<typeof essence>): number => {
    const text = JSON.stringify(wanted);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, essences.length);
    return essences.push(wanted) - 1;
  };
  /** The shortest story that ends in the record's state. */
  const storyOf = (pk: string, state: string) => {
    const key = `${pk} ${state}`;
    const entry = nextEntry(genesis(pk), 1, now, state, 'a', '');
    const story = stories.get(key) ?? { seqBefore: 0, history: [entry], head: entry.hash };
    stories.set(key, story);
    return story;
  };
  const essenceOf = (body: number) => essences[body] as ReturnType<typeof essence>;
  return {
    numberOf: (record: CleanupRecord): number => intern(essence(record)),
    /** Of this webhook, as read. */
    recordOf: (body: number, hook: number): CleanupRecord => {
      const base = bases[hook] as CleanupRecord;
      const wanted = essenceOf(body);
      const flat = {
        version: 1,
        lastWrite: '',
        waits: 0,
        lease: undefined,
        dueAt: longAgo,
        ...storyOf(base.pk, wanted.state),
      };
      return { ...base, ...wanted, ...flat };
    },
    stateOf: (body: number) => essenceOf(body).state,
    leftAs: (body: number) => essenceOf(body).leftAs,
    /** Once no call is out, the record's own bound is over too. */
    closed: (body: number): number => {
      const open = essenceOf(body);
      return open.openUntil === undefined ? body : intern({ ...open, openUntil: undefined });
    },
    size: () => essences.length,
  };
};
export type Bodies = ReturnType<typeof createBodies>;
