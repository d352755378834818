import type { AuditRecord } from '../audit/printed.ts';
import { timeText } from '../cli/time-text.ts';
import { untilFrom } from '../cli/veto.ts';
import { iso, type Ms } from '../clock.ts';
import type { Decided } from '../jobs/decide.ts';
import type { RestoreAnswer } from '../jobs/restore.ts';
import type { Why } from '../jobs/why.ts';
import type { Answer } from '../requests/requests.ts';
import { alongFields, stepField, stepFrom, urlField } from './by-hand.ts';
import { type Field, givenAlong, untilField, type Written } from './fields.ts';
import type { Outcome } from './forms.ts';
import type { Service } from './service.ts';
import { subjectNamed } from './subject.ts';

export const actNames = ['approve', 'veto', 'release', 'restore', 'enqueue', 'replace', 'stop', 'start'] as const;
export type ActName = (typeof actNames)[number];

/** What a person wrote into a form, checked. */
export type Given = { target: string; reason: string; written: Written };

type Act = {
  /** On links and buttons. */
  label: string;
  /** What is asked, above the list of what is meant. */
  question: string;
  /** What comes of it. */
  says: string;
  /** On production the account's name has to be typed. */
  careful: boolean;
  /** It is about accounts, not about webhooks. */
  ofAccounts?: true;
  /** What it asks beside a reason. */
  fields?: readonly Field[];
  /** It is about a webhook as its provider lists it, with or without a record: what it asks then. */
  ofListed?: (why: Why) => readonly Field[];
  carryOut(service: Service, given: Given, now: Ms): Promise<Outcome['lines']>;
};

const linesOf = ({ results }: { results: readonly (Decided | RestoreAnswer)[] }): Outcome['lines'] =>
  results.map((result) => {
    const name = 'url' in result && result.url !== null ? `${result.url} (${result.target})` : result.target;
    return { ok: result.ok, text: `${name}: ${result.detail}` };
  });

const queuedText = ({ record, state, dueAt }: Answer<'enqueue'>): string =>
  `${record} is ${state}${dueAt === null ? '' : `, its first step is due ${timeText(dueAt)}`}`;

/** Everything that can be done here, each as the command of its name does it. */
export const acts: Readonly<Record<ActName, Act>> = {
  approve: {
    label: 'Approve',
    question: 'Approve this cleanup?',
    says: 'Each is switched off where the provider can do that, watched, and then deleted. Every step is judged again on a fresh list.',
    careful: true,
    carryOut: async (service, { target, reason }) => linesOf(await service.approve({ targets: [target], reason })),
  },
  veto: {
    label: 'Veto',
    question: 'Keep this webhook?',
    says: 'Its cleanup ends, and what hooksweep had switched off is switched on again. The veto lasts until the webhook or the rules change, or until the time that you give.',
    careful: false,
    fields: [untilField],
    carryOut: async (service, { target, reason, written: { until = '' } }, now) =>
      linesOf(
        await service.veto({ targets: [target], reason, until: until === '' ? null : iso(untilFrom(until, now)) }),
      ),
  },
  release: {
    label: 'Release',
    question: 'Let this cleanup go on?',
    says: 'It waits for a person. Released, its next step is judged anew.',
    careful: true,
    carryOut: async (service, { target, reason }) => linesOf(await service.release({ targets: [target], reason })),
  },
  restore: {
    label: 'Restore',
    question: 'Bring this webhook back?',
    says: 'It is switched on where it still is, and created from its backup where it is gone. It is not swept again.',
    careful: true,
    carryOut: async (service, { target, reason, written }) =>
      linesOf(await service.restore({ records: [target], reason, dryRun: false, ...givenAlong(written) })),
  },
  enqueue: {
    label: 'Send away',
    question: 'Send this webhook away by hand?',
    says: 'You are the finding and the approval. Every guard still applies, now and again before each step.',
    careful: true,
    ofListed: ({ environment }) => [stepField(environment)],
    async carryOut(service, { target, reason, written: { step = '' } }) {
      const { account, scope, webhookId } = subjectNamed(target);
      const asked = { account, scope, webhookId, reason, ...stepFrom(step) };
      return [{ ok: true, text: queuedText(await service.enqueue(asked)) }];
    },
  },
  replace: {
    label: 'Replace',
    question: 'Put another webhook in the place of this one?',
    says: 'The new one is created at once, with the settings of the old, and proven by a list. Only then the old one goes the normal way: switched off, watched, deleted.',
    careful: true,
    ofListed: ({ provider }) => [urlField, ...alongFields(provider)],
    async carryOut(service, { target, reason, written }) {
      const { account, scope, webhookId } = subjectNamed(target);
      const asked = { account, scope, webhookId, reason, url: written.url ?? '', ...givenAlong(written) };
      const { created, adopted, old, warning } = await service.replace(asked);
      return [
        { ok: true, text: `${created} ${adopted ? 'was there already' : 'is created'} and listed` },
        ...(warning === null ? [] : [{ ok: false, text: warning }]),
        old.ok
          ? { ok: true, text: queuedText(old) }
          : { ok: false, text: `the old one stays as it is: ${old.message}` },
      ];
    },
  },
  stop: {
    label: 'Stop',
    question: 'Stop?',
    says: 'From the next call on nothing is switched off or deleted. What must be put back still is.',
    careful: false,
    ofAccounts: true,
    async carryOut(service, { target, reason }) {
      await service.stop({ account: target || null, reason });
      return [{ ok: true, text: `${target || 'everything'} is stopped` }];
    },
  },
  start: {
    label: 'Start',
    question: 'Start again?',
    says: 'What was approved goes on from where it stood.',
    careful: true,
    ofAccounts: true,
    async carryOut(service, { target, reason }) {
      await service.start({ account: target || null, reason });
      return [{ ok: true, text: `${target || 'everything'} is started` }];
    },
  },
};

type Standing = Pick<AuditRecord, 'state' | 'held'> & Partial<Pick<AuditRecord, 'leftAs'>>;

const byState: Partial<Record<AuditRecord['state'], readonly ActName[]>> = {
  proposed: ['approve', 'veto'],
  approved: ['veto'],
  disabling: ['veto'],
  observing: ['veto'],
  deleting: ['veto'],
  disabled: ['restore'],
  deleted: ['restore'],
  failed: ['restore'],
};

/** What a person can do about a record as it stands. */
export const actsFor = ({ state, held, leftAs }: Standing): readonly ActName[] => [
  ...(held === null ? [] : (['release'] as const)),
  ...(state === 'failed' && leftAs === 'on' ? [] : (byState[state] ?? [])),
];

const isUnderWay = ({ guards }: Why): boolean => guards.some(({ guard, holds }) => guard === 'open' && holds);

/** What a person can do about a webhook as its provider lists it now. */
export const actsAt = (why: Why): readonly ActName[] => [
  ...(why.record === null ? [] : actsFor(why.record)),
  ...(why.webhook === null || isUnderWay(why) ? [] : (['enqueue'] as const)),
  ...(why.webhook === null || isUnderWay(why) || why.kind !== 'endpoint' ? [] : (['replace'] as const)),
];
