import { verifyRecords } from '../../lib/audit/verify.ts';
import { accountNamed, day, fakeProvider, testHook, webhook, world } from '../jobs/world.ts';
import { type Figure, figure } from './figure.ts';

const accounts = 20;
const each = 50;

/** A table of records whose whole story is told: proposed, approved, disabled, observed, deleted, each with its backup. */
const deletedRecords = async () => {
  const names = Array.from({ length: accounts }, (_, at) => `account-${at}`);
  const hooks = [webhook('live', { events: ['*'] }), ...Array.from({ length: each }, (_, at) => testHook(`t${at}`))];
  const made = world(
    names.map((name) => accountNamed(name)),
    Object.fromEntries(names.map((name) => [name, fakeProvider(hooks)])),
  );
  for (const name of names) await made.scanAndApprove(name);
  await made.run(60_000, 30_000);
  made.pass(day);
  await made.run(60_000, 30_000);
  return made;
};

/** Checking every story, per million records of seven entries, on a table that costs nothing. */
export const benchVerify = async (): Promise<Figure[]> => {
  const { table, now } = await deletedRecords();
  const secondsPerMillion = async (filter: { account?: string }, records: number): Promise<number> => {
    const before = process.threadCpuUsage();
    const checked = await verifyRecords(table, filter, now());
    const { user, system } = process.threadCpuUsage(before);
    if (checked.records !== records || checked.broken.length > 0) throw new Error('a story is broken or missing');
    return (user + system) / records;
  };
  const runs: number[] = [];
  for (let run = 0; run < 7; run++) runs.push(await secondsPerMillion({}, accounts * each));
  const about = `audit verify, CPU; measured on ${accounts * each} deleted records`;
  return [figure('verify.secondsPerMillion', runs, 's', null, about)];
};
