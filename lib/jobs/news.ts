import type { Entry } from '../audit/chain.ts';
import { type CleanupRecord, recordName } from '../audit/record.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { type Section, shellWord, type Telling } from '../notices/notice.ts';
import { scheduleOf } from '../plan/schedule.ts';
import type { Account } from '../policy/policy.ts';
import { fingerprintParts } from '../webhook.ts';

/** A command line as a notice offers it. */
export type Offer = (...words: readonly string[]) => string;

/** @param stack the deployed stack that the command has to name, or null */
export const offerOn =
  (stack: string | null): Offer =>
  (...words) =>
    ['hooksweep', ...words, ...(stack === null ? [] : ['--stack', stack])].map(shellWord).join(' ');

const reason = ['--reason', '...'];

const minuteOf = (at: Ms): string => `${iso(at).slice(0, 16).replace('T', ' ')}Z`;

const whyOf = ({ findings }: CleanupRecord): string =>
  findings.map(({ rule, evidence }) => `${rule}: ${evidence}`).join('; ');

/** When it is switched off (null: it never is) and deleted at the earliest, if its notice is accepted now. */
const datesOf = (record: CleanupRecord, account: Account, now: Ms) => {
  const { disableAfter, deleteAfter } = scheduleOf(account, record.canDisable, fingerprintParts(record.fingerprint).on);
  return { disableAt: disableAfter === null ? null : now + disableAfter, deleteAt: now + deleteAfter };
};

/** That it goes, from when, and how to object. */
export const announcement = (record: CleanupRecord, account: Account, now: Ms, offer: Offer): Telling => {
  const { disableAt, deleteAt } = datesOf(record, account, now);
  const off = disableAt === null ? [] : [`switched off from ${minuteOf(disableAt)}`];
  const end = record.rest ? ['and left so'] : [`deleted from ${minuteOf(deleteAt)}`];
  const name = recordName(record);
  const text = `${[...off, ...end].join(', ')}; ${whyOf(record)}`;
  return {
    section: 'announced',
    line: { record: name, url: record.url, text, command: offer('veto', name, ...reason) },
  };
};

type Told = { section: Section; text: string; command: string | null };
type Tell = (record: CleanupRecord, entry: Entry, offer: Offer) => Told | null;

const look = (record: CleanupRecord, offer: Offer): string => offer('audit', '--webhook', recordName(record));
const detailAs =
  (section: Section): Tell =>
  (record, { detail }, offer) => ({ section, text: detail, command: look(record, offer) });

const kept: Tell = (record, { event, detail }, offer) => ({
  section: 'kept',
  text: event === 'kept' ? detail : `${event}: ${detail}`,
  command: look(record, offer),
});

const observing: Tell = (record, _, offer) => {
  if (!record.offByUs) return null;
  const deleted = record.dueAt === undefined ? 'not deleted yet' : `deleted from ${minuteOf(record.dueAt)}`;
  return {
    section: 'disabled',
    text: `${deleted}; ${whyOf(record)}`,
    command: offer('veto', recordName(record), ...reason),
  };
};

const deleted: Tell = (record, { detail }, offer) =>
  record.coverLost
    ? { section: 'alarm', text: `deleted, ${detail}`, command: offer('restore', recordName(record), ...reason) }
    : {
        section: 'deleted',
        text: `${whyOf(record)}; ${detail}`,
        command: offer('restore', recordName(record), ...reason),
      };

const held: Tell = (record, { detail }, offer) => ({
  section: 'held',
  text: detail,
  command: offer('release', recordName(record), ...reason),
});

/** By event. Approvals are told as announcements, proposals as the plan that waits. */
const tellers: Readonly<Record<string, Tell>> = {
  observing,
  disabled: detailAs('disabled'),
  deleted,
  gone: detailAs('gone'),
  failed: detailAs('failed'),
  held,
  restoring: kept,
  kept,
  restored: kept,
};

/** Names a line of a story among those that were told. */
const markOf = ({ hash }: Entry): string => hash.slice(0, 16);

const tellable = (record: CleanupRecord, since: Ms): readonly Entry[] =>
  record.history.filter(({ event, at }) => Object.hasOwn(tellers, event) && Date.parse(at) > since);

/**
 * What is new of a record since this time and was not told yet: its newest line that people want to know of, or null.
 *
 * @param told marks of lines that were told already
 */
export const newsOf = (record: CleanupRecord, since: Ms, told: ReadonlySet<string>, offer: Offer): Telling | null => {
  // What was never agreed to and is proposed no more concerns nobody.
  const isAgreed = record.history.some(({ event }) => event === 'approved');
  const entry = tellable(record, since).findLast((one) => !told.has(markOf(one)));
  const said = isAgreed && entry && tellers[entry.event]?.(record, entry, offer);
  if (!said) return null;
  const { section, text, command } = said;
  return { section, line: { record: recordName(record), url: record.url, text, command } };
};

/** Marks of all that has been told of these records since a time, newest kept. */
export const marksOf = (records: readonly CleanupRecord[], since: Ms): string[] =>
  records
    .flatMap((record) => tellable(record, since))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-limits.noticeToldMax)
    .map(markOf);
