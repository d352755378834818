import { resolve } from 'node:path';
import { localClients } from '../../infra/local/clients.ts';
import { ownStack, type Stack } from '../../infra/local/stack.ts';
import type { Ms } from '../clock.ts';
import { localReaders } from '../credentials.ts';
import { readAccounts, readSwitches } from '../jobs/account.ts';
import { approve } from '../jobs/decide.ts';
import type { AccountScan } from '../jobs/look.ts';
import { type PlanHeader, plansOf, readHeader } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { createHttp } from '../providers/http.ts';
import { createOpener } from '../providers/open.ts';
import { providers } from '../providers/registry.ts';
import { refuseStopped, wantYes } from '../requests/consent.ts';
import { version } from '../version.ts';
import { textOf } from './args.ts';
import type { Command, Context, ExitCode, Session } from './command.ts';
import { agreed } from './consent.ts';
import { chosenAccounts, duration } from './option.ts';
import { type RunReport, reportOf, runExit } from './run-report.ts';
import { type Runner, startRunner } from './runner.ts';
import { defaultFolder } from './session.ts';
import { takeOver } from './takeover.ts';

const hour: Ms = 3_600_000;
const pollMs = 200;

/** Agrees to the plan that waits at each of these accounts. */
const approvePending = async (context: Context, ports: Ports, accounts: readonly string[]): Promise<void> => {
  const items = [...(await readAccounts(ports, accounts)).values()];
  const headers = (
    await Promise.all(items.map(({ pendingPlan }) => (pendingPlan ? plansOf(ports, pendingPlan) : [])))
  ).flat();
  if (headers.length === 0) return;
  const names = headers.map(({ account }) => account);
  const count = headers.reduce((sum, header) => sum + header.items, 0);
  await refuseStopped(ports, names);
  await agreed(context, async (yes) =>
    wantYes(ports.policy, names, `${count} webhooks are switched off and deleted`, yes),
  );
  for (const { planId } of headers)
    for (const { ok, detail } of (await approve(ports, planId, 'hooksweep run --approve')).results)
      if (ok) context.out.progress(`approved: ${detail}`);
      else context.out.warn(`${planId} was not approved: ${detail}`);
};

const tellScans = ({ out }: Context, scans: readonly AccountScan[]): void => {
  for (const { plan, items } of scans) {
    const proposed = items.filter(({ decision }) => decision === 'propose').length;
    out.progress(`${plan.account}: ${plan.webhooks} webhooks, ${proposed} proposed`);
    for (const { scope, status, error } of plan.scopes)
      if (status !== 'complete') out.warn(`${scope}: ${error?.message ?? status}; ${error?.hint ?? 'scan again'}`);
  }
};

/** Scans now and at every interval; on the way it works. Ends when it is idle (where that was asked for) or on Ctrl-C. */
const work = async (
  context: Context,
  ports: Ports,
  runner: Runner,
  accounts: readonly string[],
): Promise<AccountScan[]> => {
  const { values, signal, out } = context;
  const intervalMs = duration(context, 'interval', 6 * hour);
  let scans: AccountScan[] = [];
  let nextScan = 0;
  while (!signal.aborted) {
    if (ports.clock.now() >= nextScan) {
      nextScan = ports.clock.now() + intervalMs;
      scans = await runner.scan(accounts);
      tellScans(context, scans);
      if (values.approve === true && !signal.aborted) await approvePending(context, ports, accounts);
      if (values['until-idle'] !== true) out.progress('at work; Ctrl-C ends it');
    }
    if (values['until-idle'] === true && (await runner.isIdle())) break;
    await ports.clock.sleep(pollMs, signal).catch(() => undefined);
  }
  return scans;
};

const tell = ({ out }: Context, { summary, waiting }: RunReport): void => {
  const counts = Object.entries(summary).filter(([, count]) => count > 0);
  out.line(counts.length === 0 ? 'Nothing was to do.' : counts.map(([name, count]) => `${count} ${name}`).join(', '));
  for (const { record, state, url, waitFor, until } of waiting)
    out.line(
      `  ${record} (${url ?? 'no URL'}) is ${state}, waits for ${waitFor ?? 'nothing'}${until ? ` until ${until}` : ''}`,
    );
  if (waiting.some(({ state }) => state === 'proposed'))
    out.line('What is proposed waits for you: hooksweep status, then hooksweep approve');
};

/** Plans whose canary came out other than planned: the rest of them waits for a person. */
const haltedPlans = async (ports: Ports, switches: readonly Awaited<ReturnType<typeof readSwitches>>[]) => {
  const waiting = switches.flatMap(({ own }) => own?.pendingPlan ?? []);
  const headers = await Promise.all(waiting.map((planId) => readHeader(ports, planId)));
  return headers.filter((header) => header?.status === 'halted') as PlanHeader[];
};

const conclude = async (
  context: Context,
  ports: Ports,
  accounts: readonly string[],
  scans: readonly AccountScan[],
  since: Ms,
): Promise<ExitCode> => {
  const { failed, ...report } = await reportOf(ports, scans, since);
  context.out.document(report);
  tell(context, report);
  const switches = await Promise.all(accounts.map((name) => readSwitches(ports, name)));
  const stopped = switches.length > 0 && switches.every((one) => one.stopped);
  if (stopped) context.out.warn('stopped: nothing was switched off or deleted; hooksweep start ends that');
  const halted = await haltedPlans(ports, switches);
  for (const { planId, halted: why } of halted)
    context.out.warn(`the plan ${planId} is halted: ${why}; look, then hooksweep approve it again or veto`);
  const { held = 0, proposed = 0 } = report.summary;
  return runExit({ stopped, accounts: report.scan.accounts, failed, held, proposed: proposed + halted.length });
};

/** The same ports for calls that a first Ctrl-C does not cut off. */
const untilTheEnd = ({ env }: Context, { signal: _, ...ports }: Ports): Ports => ({
  ...ports,
  open: createOpener(providers, localReaders(env), createHttp({ clock: ports.clock, version })),
});

const runOn = async (context: Context, session: Session, stack: Stack): Promise<ExitCode> => {
  const accounts = chosenAccounts(context, session.policy);
  const lasting = untilTheEnd(context, session.ports);
  const since = lasting.clock.now();
  const left = await takeOver(lasting);
  if (left > 0) context.out.progress(`${left} calls of a run that was killed are read back`);
  const { sqs } = localClients(stack);
  const runner = startRunner(lasting, stack, sqs);
  let scans: AccountScan[];
  try {
    scans = await work(context, lasting, runner, accounts);
  } finally {
    if (context.signal.aborted)
      context.out.progress('ending: calls under way come to their end; Ctrl-C again ends at once');
    await runner.stop();
    sqs.destroy();
  }
  return conclude(context, lasting, accounts, scans, since);
};

/** Takes the folder first, for this process alone; the session then connects to the stack that runs on it: our own. */
const start = async (context: Context): Promise<ExitCode> => {
  duration(context, 'interval', 6 * hour);
  chosenAccounts(context, await context.policy());
  const { cwd, values, signal, out } = context;
  const stack = await ownStack(resolve(cwd, textOf(values, 'local') || defaultFolder), {
    signal,
    onWait: () => out.progress('another hooksweep command has the folder; waiting until it ends'),
  });
  try {
    const session = await context.session('local');
    try {
      return await runOn(context, session, stack);
    } finally {
      await session.close();
    }
  } finally {
    await stack.close();
  }
};

export const run: Command = {
  name: 'run',
  summary: 'Scan, plan and carry out on this machine: the whole product, embedded.',
  usage: '',
  about: `Scans at start and every --interval, and carries out what was approved: switch off, watch, delete, prove. In mode report (the
default) nothing is touched before \`hooksweep approve\`, \`apply\` or --approve. Everything is kept in the folder of --local; one run a
folder. Ctrl-C lets calls under way come to their end; a second one ends at once.
Exit codes: 0 all done, 2 proposals wait, 3 done in part or something is held, 4 refused (stopped; shrunk; production without
--yes), 1 no account readable.`,
  effects: {
    reads: 'the policy, the accounts at their providers, what is kept',
    changes: 'switches off and deletes what was approved, puts back what was vetoed, and writes it all down',
  },
  options: {
    'until-idle': { type: 'boolean' },
    approve: { type: 'boolean' },
    account: { type: 'string', multiple: true },
    interval: { type: 'string' },
  },
  optionHelp: {
    'until-idle': 'end when nothing is left to do within a minute, and say what still waits',
    approve: 'approve what it proposes; on production it asks, or wants --yes',
    account: 'NAME…  scan only these accounts',
    interval: 'DURATION  time between scans; default 6h',
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep run --until-idle',
    'hooksweep run --until-idle --approve --account shop-sandbox',
    'hooksweep run',
  ],
  run: start,
};
