import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { systemClock } from '../clock.ts';
import type { Plan } from '../plan/item.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { examples, foundRows, leftRows, storyOf } from './demo-plan.ts';
import { startDemoWorld } from './demo-world.ts';
import { runWith } from './main.ts';
import { readPlan } from './plan-file.ts';
import { tableLines } from './table.ts';

/** What a command of the tour writes, line by line. */
const sink = (line: (text: string) => void): Writable => {
  let rest = '';
  return new Writable({
    write(chunk, _encoding, done) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) line(text);
      done();
    },
  });
};

/** Lines of a command that failed which the error quotes. */
const saidMax = 4;

type Tour = { context: Context; folder: string; env: Readonly<Record<string, string>>; deliver: () => void };

/** Runs one command line of the tour. Ends the tour where it fails. */
const perform = async (tour: Tour, argv: readonly string[], tell: (text: string) => void): Promise<void> => {
  const { context, folder } = tour;
  const { out, signal, env } = context;
  signal.throwIfAborted();
  const said: string[] = [];
  const aside = (text: string) => {
    said.push(text);
    if (text.startsWith('warning:')) out.warn(text.slice('warning:'.length).trim());
    else if (out.interactive) out.progress(text);
  };
  const code = await runWith(argv, {
    stdin: new PassThrough().end(),
    stdout: sink(tell),
    stderr: sink(aside),
    env: { ...env, ...tour.env, NO_COLOR: '1', HOOKSWEEP_STACK: undefined },
    cwd: folder,
    clock: systemClock,
    signal,
  });
  signal.throwIfAborted();
  if (code === exit.ok || code === exit.waits) return;
  throw new Error(`hooksweep ${argv.join(' ')} ended with ${code}: ${said.slice(-saidMax).join('; ')}`);
};

/** The same, shown as a person would type it. `tell` absent: with all that it writes. */
const step = async (tour: Tour, say: string, argv: readonly string[], tell?: (text: string) => void): Promise<void> => {
  const { out } = tour.context;
  out.line();
  out.line(out.style.bold(say));
  out.line(out.style.dim(`$ hooksweep ${argv.join(' ')}`));
  await perform(tour, argv, tell ?? out.line);
};

/** Scans, and keeps the last line: the counts. */
const scanned = async (tour: Tour, say: string, file: string): Promise<{ plan: Plan; footer: string }> => {
  let footer = '';
  await step(tour, say, ['scan', '--out', file], (text) => {
    footer = text;
  });
  return { plan: await readPlan(file, tour.folder), footer };
};

const show = (tour: Tour, rows: readonly (readonly string[])[]): void => {
  for (const line of tableLines(rows, '  ')) tour.context.out.line(line);
};

/** The next scheduled scan sees what came of the webhooks meanwhile; then the recorded scans are judged again. */
const backtested = async (tour: Tour): Promise<void> => {
  tour.deliver();
  await perform(tour, ['run', '--until-idle'], () => {});
  const lines: string[] = [];
  await step(
    tour,
    '6. Should the policy be looser? What it would have proposed in the recorded scans without `protect`, and regretted:',
    ['backtest', '--policy', 'looser.yml'],
    (text) => lines.push(text),
  );
  const [title = '', ...rest] = lines.slice(lines.findIndex((line) => line.startsWith('Proposed')));
  for (const line of [title, ...rest.filter((text) => text !== '')]) tour.context.out.line(line);
};

const tourOf = async (tour: Tour): Promise<void> => {
  const { out } = tour.context;
  out.line('A tour of simulated providers: everything happens on this machine, in a temporary folder.');
  out.line('One policy file names an account at each of them. They have grown for years.');

  const before = await scanned(tour, '1. Look. A scan only reads, and says why each may go or must stay.', 'plan.json');
  show(tour, foundRows(before.plan));
  out.line('In short; the scan itself says of each what speaks for it and when it would go, e.g.');
  show(tour, examples(before.plan));
  out.line(before.footer);

  await step(tour, '2. Approve exactly that plan. Nothing is touched yet.', ['apply', 'plan.json', '--reason', 'tour']);
  await step(
    tour,
    '3. Carry it out: switch off where that can be done, watch (3 s here, a day in earnest), delete, prove.',
    ['run', '--until-idle'],
  );

  const story = storyOf(before.plan);
  await step(tour, '4. Ask what happened: the story of one, each entry chained to the one before.', [
    ...['audit', '--account', story.account, '--webhook', story.webhookId, '--history'],
  ]);
  await step(tour, '   And proof that nobody edited any of the stories:', ['audit', 'verify']);

  const after = await scanned(tour, '5. Look again: what the providers list now, and why it stayed.', 'after.json');
  const left = leftRows(before.plan, after.plan);
  show(tour, left.rows);
  out.line(out.style.bold(`${left.gone} gone, ${left.stayed} kept.`));

  await backtested(tour);
  out.document({ accounts: left.accounts });
};

const next = `
With an account of your own:
  hooksweep providers                    what there is, and what each supports
  hooksweep init github                  writes hooksweep.yml: look at options, protect and baseUrl
  export GITHUB_TOKEN=…                  the key of a sandbox first, where there is one
  hooksweep scan --out plan.json         only reads
  hooksweep apply plan.json && hooksweep run --until-idle`;

const run = async (context: Context): Promise<ExitCode> => {
  const folder = await mkdtemp(join(tmpdir(), 'hooksweep-demo-'));
  try {
    const { policy, looser, env, deliver, close } = await startDemoWorld();
    try {
      await writeFile(join(folder, 'hooksweep.yml'), policy, { mode: 0o600 });
      await writeFile(join(folder, 'looser.yml'), looser, { mode: 0o600 });
      await tourOf({ context, folder, env, deliver });
    } finally {
      await close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  context.out.line(next);
  return exit.ok;
};

export const demo: Command = {
  name: 'demo',
  summary: 'Take the tour: simulated providers, cleaned up side by side in front of you.',
  usage: '',
  about: `Scans, approves, carries out, audits and back-tests, on simulators and in a temporary folder that is removed at the end. Takes less
than a minute. Needs no account, no network and no answers. Exit codes: 0 seen it all, 1 something is wrong.`,
  effects: { reads: 'simulators of its own', changes: 'nothing outside a temporary folder' },
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep demo'],
  endsUnread: true,
  run,
};
