import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { systemClock } from '../clock.ts';
import type { PlanItem } from '../plan/item.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { redactUrl } from '../url.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { runWith } from './main.ts';
import { readPlan } from './plan-file.ts';

const keyName = 'HOOKSWEEP_DEMO_KEY';

const policyFor = (url: string): string => `version: 1
accounts:
  - name: demo
    provider: modulus
    environment: sandbox
    baseUrl: ${url}
    credentials: { secretKey: env:${keyName} }
rules: { test: {}, duplicate: { keep: newest }, disabled: { after: 30d } }
protect:
  - { host: "*.loca.lt", because: "the partner demo on Friday" }
lifecycle: { notice: 0s, observe: 3s } # in earnest: a day
retry: { attempts: 8, base: 200ms, cap: 5s }
`;

/** What a command of the tour writes, as lines of the demo's own output. */
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

type Tour = { context: Context; folder: string; simulator: Simulator };

/** One command line of the tour, shown as a person would type it. Ends the tour where it fails. */
const step = async ({ context, folder, simulator }: Tour, say: string, argv: readonly string[]): Promise<void> => {
  const { out, signal, env } = context;
  signal.throwIfAborted();
  out.line();
  out.line(out.style.bold(say));
  out.line(out.style.dim(`$ hooksweep ${argv.join(' ')}`));
  const code = await runWith(argv, {
    stdin: new PassThrough().end(),
    stdout: sink(out.line),
    stderr: sink((text) => out.progress(text)),
    env: { ...env, [keyName]: simulator.credentials.secretKey, NO_COLOR: '1', HOOKSWEEP_STACK: undefined },
    cwd: folder,
    clock: systemClock,
    signal,
  });
  signal.throwIfAborted();
  if (code === exit.error) throw new Error(`the tour could not go on: hooksweep ${argv.join(' ')} ended with ${code}`);
};

const reasonToStay = (items: readonly PlanItem[], id: string): string => {
  const item = items.find(({ webhookId }) => webhookId === id);
  const [guard] = item?.guards ?? [];
  if (guard) return `${guard.guard}: ${guard.detail}`;
  return item?.findings[0] ? `only reported: ${item.findings[0].evidence}` : 'no rule matches it';
};

const tour = async (given: Tour): Promise<void> => {
  const { simulator, context } = given;
  const { out } = context;
  const before = [...simulator.state.values()];
  out.line('A tour with a simulated provider: everything happens on this machine, in a temporary folder.');
  out.line(`The simulated shop has ${before.length} webhooks, grown over two years:`);
  for (const { id, url, enabled } of before) out.line(`  ${id}  ${enabled ? 'on ' : 'off'}  ${redactUrl(url)}`);
  await step(given, '1. Look. A scan only reads, and says why each one may go or must stay.', [
    'scan',
    '--out',
    'plan.json',
  ]);
  await step(given, '2. Approve exactly that plan. Nothing is touched yet.', [
    'apply',
    'plan.json',
    '--reason',
    'the tour',
  ]);
  await step(given, '3. Carry it out: switch off, watch (3 s here, a day in earnest), delete, prove.', [
    'run',
    '--until-idle',
  ]);
  const gone = before.filter(({ id }) => !simulator.state.has(id));
  const stayed = before.filter(({ id }) => simulator.state.has(id));
  await step(given, '4. Ask what happened.', ['audit', '--state', 'deleted']);
  await step(given, '   The story of one of them, each entry chained to the one before:', [
    'audit',
    '--webhook',
    gone[0]?.id ?? '',
    '--history',
  ]);
  await step(given, '   And proof that nobody edited the story:', ['audit', 'verify']);
  out.line();
  out.line(out.style.bold(`At the provider now: ${gone.length} gone, ${stayed.length} kept.`));
  const { items } = await readPlan('plan.json', given.folder);
  for (const { id, url } of stayed) out.line(`  ${id}  ${redactUrl(url)}: ${reasonToStay(items, id)}`);
  out.document({ deleted: gone.map(({ id }) => id), kept: stayed.map(({ id }) => id) });
};

const next = `
With an account of your own:
  hooksweep init modulus                 writes hooksweep.yml: look at protect, and at baseUrl
  export MODULUS_SECRET_KEY=…            the key of the sandbox first
  hooksweep scan --out plan.json         only reads
  hooksweep apply plan.json && hooksweep run --until-idle`;

const run = async (context: Context): Promise<ExitCode> => {
  const folder = await mkdtemp(join(tmpdir(), 'hooksweep-demo-'));
  try {
    const simulator = await startSimulator('modulus', { webhooks: 12 });
    try {
      await writeFile(join(folder, 'hooksweep.yml'), policyFor(simulator.url), { mode: 0o600 });
      await tour({ context, folder, simulator });
    } finally {
      await simulator.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  context.out.line(next);
  return exit.ok;
};

export const demo: Command = {
  name: 'demo',
  summary: 'Take the two-minute tour on a simulated provider.',
  usage: '',
  about: `Scans, approves, carries out and audits, on a simulator and in a temporary folder that is removed at the end. Needs no
account, no network and no answers. Exit codes: 0 seen it all, 1 something is wrong.`,
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep demo'],
  run,
};
