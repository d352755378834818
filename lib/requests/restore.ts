import * as v from 'valibot';
import type { CleanupRecord } from '../audit/record.ts';
import { CommandError } from '../failure.ts';
import { subjectFrom } from '../jobs/decide.ts';
import { plansOf, recordKeysOf } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { readRecord, readRecords } from '../jobs/records.ts';
import { type RestoreAnswer, requestRestore } from '../jobs/restore.ts';
import { limits } from '../limits.ts';
import { wantYes } from './consent.ts';
import { flag, request, words } from './request.ts';
import { refuseSecrets, secretFields } from './secrets.ts';

const noSuch = (message: string) =>
  new CommandError({ code: 'unknown-record', message, hint: 'hooksweep audit lists records as account#scope#kind#id' });

const named = async (ports: Ports, name: string): Promise<CleanupRecord> => {
  const subject = subjectFrom(name);
  const record = subject ? await readRecord(ports, subject) : undefined;
  if (!record) throw noSuch(`there is no record ${name}`);
  return record;
};

/** The records that are meant: those named, or what a plan deleted, switched off or failed at. */
const chosen = async (ports: Ports, names: readonly string[], plan: string | undefined): Promise<CleanupRecord[]> => {
  if (!plan && names.length === 0)
    throw new CommandError({
      code: 'nothing-named',
      message: 'no record and no plan is named',
      hint: 'name records, or --plan ID',
    });
  const records = await Promise.all(names.map((name) => named(ports, name)));
  if (!plan) return records;
  const keys = (
    await Promise.all((await plansOf(ports, plan)).map(({ planId }) => recordKeysOf(ports, planId)))
  ).flat();
  const ofPlan = (await readRecords(ports, keys)).filter(
    ({ state }) => !['proposed', 'approved', 'kept', 'gone'].includes(state),
  );
  if (ofPlan.length === 0) throw noSuch(`the plan ${plan} left nothing to be restored here`);
  return [...records, ...ofPlan];
};

const schema = v.strictObject({
  records: v.optional(v.pipe(v.array(words), v.maxLength(limits.targetsMax, 'name fewer records')), []),
  plan: v.optional(words),
  reason: words,
  /** Only says what would happen. */
  dryRun: flag,
  yes: flag,
  ...secretFields,
});

/** Asks for webhooks to be put back, by record or all that a plan removed. */
export const restore = request(schema, async (ports, { records: names, plan, yes, dryRun, ...given }) => {
  refuseSecrets(ports, given);
  const records = await chosen(ports, names, plan);
  const before = await Promise.all(records.map((record) => requestRestore(ports, record, { ...given, dryRun: true })));
  if (dryRun) return { results: before };
  const accounts = records.map(({ account }) => account);
  wantYes(ports.policy, accounts, `${records.length} webhooks come back`, yes);
  const results: RestoreAnswer[] = [];
  for (const [at, answer] of before.entries())
    results.push(
      answer.ok ? await requestRestore(ports, records[at] as CleanupRecord, { ...given, dryRun: false }) : answer,
    );
  return { results };
});
