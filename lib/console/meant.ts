import type { AuditRecord } from '../audit/printed.ts';
import { isOpen } from '../audit/states.ts';
import { CommandError } from '../failure.ts';
import { limits } from '../limits.ts';
import { type ActName, acts, actsFor } from './acts.ts';
import type { Service } from './service.ts';

/** What an act would be about: what a person reads before they say yes. */
export type Meant = {
  act: ActName;
  /** A record, a plan, or an account; '' for all accounts. */
  target: string;
  records: readonly AuditRecord[];
  /** The account, or `everything`. */
  account: string;
  /** To be typed, because this is production. */
  word: string | null;
  /** Worth knowing before. */
  notes: readonly string[];
  /** Why it cannot be done as things stand. */
  obstacle: string | null;
};

const unknown = (message: string) =>
  new CommandError({ code: 'unknown-target', message, hint: 'go back to the overview and choose it there' });

const ofAccounts = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const { accounts } = await service.status();
  const named = accounts.filter(({ account }) => target === '' || account === target);
  if (target !== '' && named.length === 0) throw unknown(`the policy names no account ${target}`);
  const account = target || 'everything';
  const isProduction = named.some(({ environment }) => environment === 'production');
  const word = acts[act].careful && isProduction ? account : null;
  return { act, target, records: [], account, word, notes: [], obstacle: null };
};

const ofPlan = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const { plans, accounts } = await service.status();
  const plan = plans.find(({ planId }) => planId === target);
  if (!plan) throw unknown(`the plan ${target} does not wait here any more`);
  const { records } = await service.query({ filter: { plan: target }, limit: limits.pageRecordsMax });
  const open = records.filter(({ state }) => isOpen(state));
  const { account, items } = plan;
  const environment = accounts.find((one) => one.account === account)?.environment;
  const more = items - open.length;
  const notes =
    more > 0 ? [`The plan has ${items} webhooks; ${more} of them are not open any more, or not listed here.`] : [];
  const word = acts[act].careful && environment !== 'sandbox' ? account : null;
  return { act, target, records: open, account, word, notes, obstacle: null };
};

/** What a restore says of itself before. */
const rehearsal = async (service: Service, target: string): Promise<Pick<Meant, 'notes' | 'obstacle'>> => {
  const [answer] = (await service.restore({ records: [target], reason: 'rehearsal', dryRun: true })).results;
  if (!answer) return { notes: [], obstacle: 'there is nothing to restore' };
  const lost = answer.lost.length > 0 ? [`It will come back without: ${answer.lost.join(', ')}.`] : [];
  return answer.ok
    ? { notes: [`It ${answer.detail}.`, ...lost], obstacle: null }
    : { notes: lost, obstacle: answer.detail };
};

const ofRecord = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const { records } = await service.query({ filter: { webhook: target }, limit: 1 });
  const [record] = records;
  if (record?.record !== target) throw unknown(`there is no record ${target}`);
  const { account, environment, state } = record;
  const word = acts[act].careful && environment === 'production' ? account : null;
  const meant = { act, target, records, account, word };
  if (!actsFor(record).includes(act)) return { ...meant, notes: [], obstacle: `it is ${state}` };
  return { ...meant, ...(act === 'restore' ? await rehearsal(service, target) : { notes: [], obstacle: null }) };
};

/**
 * Finds what is meant, as it stands now.
 *
 * @throws CommandError where there is no such thing
 */
export const meantBy = (service: Service, act: ActName, target: string): Promise<Meant> => {
  if (acts[act].ofAccounts) return ofAccounts(service, act, target);
  return target.startsWith('sha256:') ? ofPlan(service, act, target) : ofRecord(service, act, target);
};

/** The URL as it may be shown, or what names one without. */
export const titleOf = ({ url, kind, webhookId }: Pick<AuditRecord, 'url' | 'kind' | 'webhookId'>): string =>
  url ?? `${kind === 'endpoint' ? 'webhook' : 'signing secret'} ${webhookId}`;
