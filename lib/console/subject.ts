import type { AuditRecord } from '../audit/printed.ts';
import type { Subject } from '../audit/record.ts';
import { CommandError } from '../failure.ts';
import { subjectFrom } from '../jobs/decide.ts';

const hint = 'go back to the overview and choose it there';

/** What is asked about and is not there. */
export const unknown = (message: string): CommandError => new CommandError({ code: 'unknown-target', message, hint });

/**
 * The webhook that a record's name means, whether or not there is a record.
 *
 * @throws CommandError where it names none
 */
export const subjectNamed = (name: string): Subject => {
  const subject = subjectFrom(name);
  if (subject) return subject;
  throw unknown(`${name} names no record`);
};

/** The URL as it may be shown, or what names one without. */
export const titleOf = ({ url, kind, webhookId }: Pick<AuditRecord, 'url' | 'kind' | 'webhookId'>): string =>
  url ?? `${kind === 'endpoint' ? 'webhook' : 'signing secret'} ${webhookId}`;
