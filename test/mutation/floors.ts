import { readFileSync } from 'node:fs';

/** The least share of mutants that each file's tests must find, in percent. Stryker itself knows one floor for all. */
const floors: Readonly<Record<string, number>> = {
  'lib/plan/guards.ts': 95,
  'lib/plan/cover.ts': 90,
  'lib/jobs/judge.ts': 95,
  'lib/jobs/grounds.ts': 90,
  'lib/jobs/account.ts': 90,
  'lib/audit/states.ts': 95,
  'lib/audit/record.ts': 95,
};

type Report = { files: Readonly<Record<string, { mutants: readonly { status: string }[] }>> };
const { files } = JSON.parse(readFileSync('coverage/mutation/report.json', 'utf8')) as Report;

const scoreOf = (file: string): number => {
  const mutants = files[file]?.mutants ?? [];
  const found = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const counted = mutants.filter(({ status }) => !['Ignored', 'CompileError', 'RuntimeError'].includes(status)).length;
  return counted === 0 ? 0 : (found * 100) / counted;
};

for (const [file, floor] of Object.entries(floors)) {
  const score = scoreOf(file);
  process.stdout.write(`${file.padEnd(24)} ${score.toFixed(1)} % (at least ${floor})\n`);
  if (score < floor) process.exitCode = 1;
}
