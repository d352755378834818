import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock, Ms, Random } from '../clock.ts';
import { limits } from '../limits.ts';

/** What came of a form that was sent, line by line. */
export type Outcome = { title: string; lines: readonly { ok: boolean; text: string }[] };

type Sent = { session: string; at: Ms; outcome: Outcome | null };

/** `new` exactly once for each form that this console made, for this session and this act on these targets. */
export type Standing = 'new' | 'sent' | 'old' | 'foreign';

export type Forms = {
  /** A one-time name for a form. Making one keeps nothing, so that looking at a page changes nothing. */
  issue(session: string, subject: string): string;
  /** Takes a form: from `new` on it counts as sent, whatever comes of it. */
  take(form: string, session: string, subject: string): Standing;
  settle(form: string, outcome: Outcome): void;
  /** Undefined where nothing was sent under this name, null while it is carried out. */
  outcomeOf(form: string, session: string): Outcome | null | undefined;
};

const sameText = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export const createForms = (clock: Pick<Clock, 'now'>, random: Pick<Random, 'token'>): Forms => {
  const key = `${random.token()}${random.token()}`;
  const sent = new Map<string, Sent>();
  const sealOf = (id: string, at: string, session: string, subject: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, at, session, subject]))
      .digest('hex');
  const forget = (now: Ms) => {
    for (const [form, { at }] of sent) if (at + limits.consoleFormMs < now) sent.delete(form);
  };
  return {
    issue(session, subject) {
      const [id, at] = [random.token(), String(clock.now())];
      return `${id}.${at}.${sealOf(id, at, session, subject)}`;
    },
    take(form, session, subject) {
      const now = clock.now();
      const [id = '', at = '', seal = ''] = form.split('.');
      if (!sameText(seal, sealOf(id, at, session, subject))) return 'foreign';
      if (sent.has(form)) return 'sent';
      if (Number(at) + limits.consoleFormMs < now) return 'old';
      forget(now);
      sent.set(form, { session, at: now, outcome: null });
      return 'new';
    },
    settle(form, outcome) {
      const one = sent.get(form);
      if (one) sent.set(form, { ...one, outcome });
    },
    outcomeOf(form, session) {
      const one = sent.get(form);
      return one?.session === session ? one.outcome : undefined;
    },
  };
};
