import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';

/**
 * What a notice can hold, most urgent first: the headline of the list, what the subject calls one and several of it, and how
 * urgent it is.
 */
export const sections = {
  alarm: { title: 'Alarms', one: 'alarm', many: 'alarms', level: 'alarm' },
  failed: { title: 'Failed', one: 'failed', many: 'failed', level: 'alarm' },
  held: { title: 'Held for a person', one: 'held', many: 'held', level: 'alarm' },
  waiting: { title: 'Waits for an approval', one: 'plan waits', many: 'plans wait', level: 'action' },
  announced: {
    title: 'Goes, unless somebody objects',
    one: 'to be cleaned up',
    many: 'to be cleaned up',
    level: 'action',
  },
  disabled: { title: 'Switched off', one: 'switched off', many: 'switched off', level: 'action' },
  deleted: { title: 'Deleted', one: 'deleted', many: 'deleted', level: 'info' },
  kept: { title: 'Kept or put back', one: 'kept', many: 'kept', level: 'info' },
  gone: { title: 'Was gone already', one: 'gone', many: 'gone', level: 'info' },
} as const;
export type Section = keyof typeof sections;
export type Level = (typeof sections)[Section]['level'];

/** One thing to tell. */
export type NoticeLine = {
  /** As commands take it; null where it is about no single webhook. */
  record: string | null;
  /** Redacted. */
  url: string | null;
  /** What, and why. */
  text: string;
  /** What to type about it. */
  command: string | null;
};
export type Telling = { section: Section; line: NoticeLine };

/** What is told of one account at one time. This very shape is the JSON form; members are added, not renamed. */
export type Notice = {
  version: 1;
  type: 'hooksweep.notice';
  /** ISO 8601, UTC. */
  at: string;
  account: string;
  provider: string;
  environment: Account['environment'];
  level: Level;
  /** ASCII, at most `limits.noticeSubjectMax` characters. */
  subject: string;
  /** `count` of them happened; `lines` tells as many as fit, most urgent list first. */
  sections: readonly { section: Section; title: string; count: number; lines: readonly NoticeLine[] }[];
};

/** Where notices go. */
export type Notices = {
  /** The deployed stack that commands in a notice have to name, or null. */
  stack: string | null;
  /** Resolves once the notice was accepted; rejects where it was not, or nobody knows. May be called twice with the same. */
  publish(target: string, notice: Notice): Promise<{ id: string }>;
};

const order = Object.keys(sections) as Section[];
const levels: readonly Level[] = ['alarm', 'action', 'info'];

/** On one line, without what a terminal or a mail program would obey, and no longer than a reader bears. */
const shortened = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ');
  const characters = [...line];
  return characters.length > limits.noticeTextMax ? `${characters.slice(0, limits.noticeTextMax - 1).join('')}…` : line;
};

const shown = ({ record, url, text, command }: NoticeLine): NoticeLine => ({
  record,
  url: url === null ? null : shortened(url),
  text: shortened(text),
  command,
});

const subjectOf = ({ name, environment }: Account, counts: readonly [Section, number][]): string => {
  const parts = counts.map(([section, count]) => `${count} ${sections[section][count === 1 ? 'one' : 'many']}`);
  const subject = `hooksweep ${name} (${environment}): ${parts.join(', ')}`;
  return subject.length > limits.noticeSubjectMax ? `${subject.slice(0, limits.noticeSubjectMax - 3)}...` : subject;
};

/**
 * The notice of an account, or null where there is nothing to tell.
 *
 * @param linesMax lines of one list at most
 * @param at milliseconds since 1970
 */
export const noticeOf = (
  account: Account,
  tellings: readonly Telling[],
  at: Ms,
  linesMax: number = limits.noticeLinesMax,
): Notice | null => {
  const lists = order.flatMap((section) => {
    const lines = tellings.filter((telling) => telling.section === section).map(({ line }) => line);
    if (lines.length === 0) return [];
    return [
      { section, title: sections[section].title, count: lines.length, lines: lines.slice(0, linesMax).map(shown) },
    ];
  });
  if (lists.length === 0) return null;
  const { name, provider, environment } = account;
  const level = levels.find((one) => lists.some(({ section }) => sections[section].level === one)) ?? 'info';
  const subject = subjectOf(
    account,
    lists.map(({ section, count }) => [section, count]),
  );
  return {
    ...{ version: 1, type: 'hooksweep.notice', at: iso(at), account: name, provider, environment },
    ...{ level, subject, sections: lists },
  };
};

/** A word that a POSIX shell hands on as it is. */
export const shellWord = (text: string): string =>
  /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
