import { once } from 'node:events';
import { faultsOf, type Simulator, startSimulator } from '../simulator/server.ts';
import { textsOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { wholeNumber } from './option.ts';
import { portHelp, portProblem } from './port.ts';

const startsWithNothing = (error: unknown, port: number): CommandError | null => {
  const taken = portProblem(error, port);
  if (taken) return taken;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined && error instanceof Error
    ? new CommandError({ code: 'bad-option', message, hint: 'hooksweep simulate --help shows an example' })
    : null;
};

const started = async (context: Context): Promise<Simulator> => {
  const { values, positionals } = context;
  const port = wholeNumber(context, 'port', 0, 65_535);
  try {
    return await startSimulator(positionals[0] ?? '', {
      port,
      seed: wholeNumber(context, 'seed', 1, 2 ** 32 - 1),
      webhooks: wholeNumber(context, 'webhooks', 12, 100_000),
      faults: textsOf(values, 'fault'),
      ...(values.latency !== undefined && { latencyMs: wholeNumber(context, 'latency', 0, 600_000) }),
    });
  } catch (error) {
    throw startsWithNothing(error, port) ?? error;
  }
};

const tell = ({ out, positionals }: Context, { url, credentials, options, state }: Simulator): void => {
  out.line(`${positionals[0]} with ${state.size} webhooks at ${out.style.bold(url)}, until Ctrl-C`);
  for (const [name, value] of Object.entries(credentials)) out.line(`  ${name}: ${value}`);
  if (Object.keys(options).length > 0) out.line(`  options: ${JSON.stringify(options)}`);
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, signal, values, positionals } = context;
  if (values.faults === true) {
    const faults = Object.entries(faultsOf(positionals[0] ?? ''));
    out.document({ faults: Object.fromEntries(faults) });
    for (const [name, about] of faults) out.line(`${name.padEnd(18)} ${about}`);
    return exit.ok;
  }
  const simulator = await started(context);
  try {
    const { url, credentials, options } = simulator;
    out.document({ url, credentials, options });
    tell(context, simulator);
    if (!signal.aborted) await once(signal, 'abort');
    return exit.ok;
  } finally {
    await simulator.close();
  }
};

export const simulate: Command = {
  name: 'simulate',
  summary: 'Serve a provider simulator on 127.0.0.1, with faults on demand.',
  usage: 'PROVIDER',
  about: `Serves until Ctrl-C. Its credentials are made up and work nowhere else. With --json the first line on stdout tells url,
credentials and options, and it goes on serving.
A fault is NAME, and behind it as wanted *COUNT, =PROBABILITY, :METHOD, :reading or :mutating.
Exit codes: 0 ended, 1 error.`,
  effects: { reads: 'nothing', changes: 'nothing; serves on 127.0.0.1 until it ends' },
  options: {
    port: { type: 'string' },
    seed: { type: 'string' },
    webhooks: { type: 'string' },
    fault: { type: 'string', multiple: true },
    latency: { type: 'string' },
    faults: { type: 'boolean' },
  },
  optionHelp: {
    port: portHelp,
    seed: 'NUMBER  the same population each time; default 1',
    webhooks: 'NUMBER  how many there are at the start; default 12',
    fault: 'NAME…  switch a fault on; may be repeated',
    latency: 'MS  answer this late',
    faults: 'list the faults that the simulator knows, and end',
  },
  positionals: { min: 1, max: 1 },
  examples: ['hooksweep simulate modulus --webhooks 50 --fault throttle=0.2 --fault reset-after*3:PUT'],
  endsUnread: true,
  run,
};
