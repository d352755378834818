import type { AuditRecord } from '../audit/printed.ts';
import { isOpen } from '../audit/states.ts';
import type { RestoreAsks } from '../jobs/restore.ts';
import { limits } from '../limits.ts';
import { type ActName, acts, actsAt, actsFor } from './acts.ts';
import { type Field, placeField, secretField } from './fields.ts';
import { storyPath } from './rows.ts';
import type { Service } from './service.ts';
import { subjectNamed, titleOf, unknown } from './subject.ts';
import { whyPath, whyTitle } from './why.ts';

/** What an act would be about: what a person reads before they say yes. */
export type Meant = {
  act: ActName;
  /** A record, a plan, or an account; '' for all accounts. */
  target: string;
  /** The webhooks, each with the way to what is known of it. */
  subjects: readonly { title: string; path: string; about: string }[];
  /** The account, or `everything`. */
  account: string;
  /** To be typed, because this is production. */
  word: string | null;
  /** What is asked beside a reason. */
  fields: readonly Field[];
  /** Worth knowing before. */
  notes: readonly string[];
  /** Why it cannot be done as things stand. */
  obstacle: string | null;
};

const subjectOf = (record: AuditRecord): Meant['subjects'][number] => ({
  title: titleOf(record),
  path: storyPath(record.record),
  about: `${record.account}, ${record.environment}, ${record.state}`,
});

const ofAccounts = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const { accounts } = await service.status();
  const named = accounts.filter(({ account }) => target === '' || account === target);
  if (target !== '' && named.length === 0) throw unknown(`the policy names no account ${target}`);
  const account = target || 'everything';
  const isProduction = named.some(({ environment }) => environment === 'production');
  const word = acts[act].careful && isProduction ? account : null;
  return { act, target, subjects: [], account, word, fields: acts[act].fields ?? [], notes: [], obstacle: null };
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
  return {
    act,
    target,
    subjects: open.map(subjectOf),
    account,
    word,
    fields: acts[act].fields ?? [],
    notes,
    obstacle: null,
  };
};

type Rehearsed = Pick<Meant, 'fields' | 'notes' | 'obstacle'>;

const referencesNote = 'Secrets are given as references, never as values. Whoever carries it out reads them then.';

const restoreFields = ({ takes, needs, place, forms }: RestoreAsks): Field[] => [
  ...takes.map((name) => secretField(name, needs.includes(name), forms.reference)),
  ...(place ? [placeField(forms.place)] : []),
];

/** What a restore says of itself before, and what it wants to be given along. */
const rehearsal = async (service: Service, target: string): Promise<Rehearsed> => {
  const asked = { records: [target], reason: 'rehearsal', dryRun: true, secrets: {}, secretTo: null };
  const [answer] = (await service.restore(asked)).results;
  if (!answer) return { fields: [], notes: [], obstacle: 'there is nothing to restore' };
  const { ok, detail, lost, asks } = answer;
  const fields = asks === null ? [] : restoreFields(asks);
  const wantsMore = asks !== null && (asks.needs.length > 0 || asks.place);
  const without = lost.length > 0 ? [`It will come back without: ${lost.join(', ')}.`] : [];
  const notes = [...without, ...(fields.length > 0 ? [referencesNote] : [])];
  if (ok) return { fields, notes: [`It ${detail}.`, ...notes], obstacle: null };
  if (wantsMore) return { fields, notes, obstacle: null };
  return { fields, notes: without, obstacle: detail };
};

const ofRecord = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const { records } = await service.query({ filter: { webhook: target }, limit: 1 });
  const [record] = records;
  if (record?.record !== target) throw unknown(`there is no record ${target}`);
  const { account, environment, state } = record;
  const word = acts[act].careful && environment === 'production' ? account : null;
  const meant = { act, target, subjects: [subjectOf(record)], account, word };
  const { fields = [] } = acts[act];
  if (!actsFor(record).includes(act)) return { ...meant, fields, notes: [], obstacle: `it is ${state}` };
  return {
    ...meant,
    ...(act === 'restore' ? await rehearsal(service, target) : { fields, notes: [], obstacle: null }),
  };
};

/** A webhook as its provider lists it now. */
const ofListed = async (service: Service, act: ActName, target: string): Promise<Meant> => {
  const why = await service.why(subjectNamed(target));
  const { account, environment, webhook, guards } = why;
  const about = `${account}, ${environment}, ${webhook?.enabled ? 'on' : 'off'}`;
  const obstacle = webhook === null ? 'it is not listed, or could not be read' : 'its cleanup is under way, or rests';
  return {
    act,
    target,
    subjects: [{ title: whyTitle(why), path: whyPath(target), about: webhook === null ? account : about }],
    account,
    word: acts[act].careful && environment === 'production' ? account : null,
    fields: acts[act].ofListed?.(why) ?? [],
    notes: guards.filter(({ holds }) => holds).map(({ guard, detail }) => `The guard ${guard} holds: ${detail}.`),
    obstacle: actsAt(why).includes(act) ? null : obstacle,
  };
};

/**
 * Finds what is meant, as it stands now.
 *
 * @throws CommandError where there is no such thing
 */
export const meantBy = (service: Service, act: ActName, target: string): Promise<Meant> => {
  if (acts[act].ofListed) return ofListed(service, act, target);
  if (acts[act].ofAccounts) return ofAccounts(service, act, target);
  return target.startsWith('sha256:') ? ofPlan(service, act, target) : ofRecord(service, act, target);
};
