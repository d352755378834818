import type { Chance } from './chance.ts';

/** The highest rate of each fault; a history draws its own up to that, and leaves out most kinds now and then. */
export const faultsMax = {
  /** A process dies at one of its calls to the outside, before or after the effect. */
  crash: 0.03,
  /** A process stands still between an answer and its next step, up to 100 s. */
  freeze: 0.03,
  /** The table refuses a call, or its answer gets lost after the write. */
  tableError: 0.02,
  tableAnswerLost: 0.02,
  /** A won write looks lost, because the client sent it again. */
  tableRetried: 0.03,
  /** Index rows come up to five minutes late. */
  indexLag: 0.3,
  /** Messages are lost, doubled, delayed up to two minutes, handed out while somebody works on them. */
  messageLost: 0.1,
  messageTwice: 0.1,
  messageDelayed: 0.2,
  visibilityLapsed: 0.15,
  /** Calls that change a webhook: each with its effect before the answer, after it, or never. */
  answerLost: 0.25,
  lateEffect: 0.15,
  ignored: 0.1,
  throttled: 0.1,
  failedOnce: 0.1,
  refused: 0.04,
  notFound: 0.04,
  /** Lists. */
  listFailed: 0.08,
  listIncomplete: 0.05,
  listTruncated: 0.06,
  listEmpty: 0.04,
  /** Lists that show the past, up to 20 s, but never less than an earlier one of them did. */
  listLag: 0.3,
  /** Strangers per stimulus: people and other tools at the provider. */
  stranger: 0.3,
} as const;

export type Fault = keyof typeof faultsMax;
export type Faults = Record<Fault, number>;

const names = Object.keys(faultsMax) as Fault[];
export const noFaults = Object.fromEntries(names.map((name) => [name, 0])) as Faults;

/** What a history is about: anything, or a few webhooks that cover each other while effects come late. */
export const topics = ['anything', 'rivals'] as const;
export type Topic = (typeof topics)[number];
export const drawTopic = (chance: Chance): Topic => (chance.in(0.2) ? 'rivals' : 'anything');

/** A third of the histories is calm but for a few kinds, the others have most of them. */
export const drawFaults = (chance: Chance, topic: Topic): Faults => {
  if (topic === 'rivals') return { ...noFaults, lateEffect: 0.4, answerLost: 0.1, crash: 0.01, visibilityLapsed: 0.1 };
  const share = chance.pick([0.15, 0.5, 0.9]);
  return Object.fromEntries(
    names.map((name) => [name, chance.in(share) ? faultsMax[name] * (0.2 + 0.8 * chance.unit()) : 0]),
  ) as Faults;
};
