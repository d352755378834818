import { once } from 'node:events';
import { relative, resolve } from 'node:path';
import { connectStack } from '../../infra/local/stack.ts';
import { systemClock, systemRandom } from '../clock.ts';
import type { Desk } from '../console/desk.ts';
import { shared } from '../console/lease.ts';
import { serviceOf } from '../console/service.ts';
import { limits } from '../limits.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { wholeNumber } from './option.ts';
import { portHelp, portProblem } from './port.ts';
import { defaultFolder } from './session.ts';
import { stackName } from './stack.ts';

/**
 * Each look opens the store and lets go of it, as a command does, so that `run` can take the folder while the console is
 * open; each reads the policy as it stands then.
 */
const deskOf = (context: Context): Desk => {
  const { cwd, values, out } = context;
  const folder = resolve(cwd, textOf(values, 'local') || defaultFolder);
  const stack = stackName(context);
  const looking = shared(() => context.fresh().desk('none'));
  const deciding = shared(() => context.fresh().desk('local'));
  return {
    where: stack ?? (relative(cwd, folder) || folder),
    read: (use) => looking((asked) => use(serviceOf(asked, out))),
    change: (use) => deciding((asked) => use(serviceOf(asked, out))),
    isAtWork: async () => stack !== null || (await connectStack(folder)) !== null,
    worker: stack === null ? 'hooksweep run' : `The stack ${stack}`,
    lookMs: stack === null ? limits.consoleLookMs : limits.consoleStackLookMs,
  };
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, signal } = context;
  const port = wholeNumber(context, 'port', 0, 65_535);
  // What is wrong with the policy or the store is said here, and not first in a browser.
  const desk = deskOf(context);
  await desk.read((service) => service.status());
  const { startConsole } = await import('../console/server.ts');
  const { url, close } = await startConsole(desk, port, systemClock, systemRandom).catch((error: unknown) => {
    throw portProblem(error, port) ?? error;
  });
  try {
    out.document({ url });
    out.line(url);
    out.progress(`the console of ${desk.where}, for you alone: the address lets in whoever has it; until Ctrl-C`);
    if (!signal.aborted) await once(signal, 'abort');
    return exit.ok;
  } finally {
    await close();
  }
};

export const consoleCommand: Command = {
  name: 'console',
  summary: 'Open a page on this machine: what waits, what is watched, what went, and the decisions about it.',
  usage: '',
  about: `Serves on 127.0.0.1 until Ctrl-C and prints the address, with a random token that lets in whoever has it. Shows what waits
for approval, what is being watched and until when, what was deleted and what failed, the story of each webhook with its backup,
and what rules and guards say of it now.
Approve, veto, release, restore, enqueue, replace, stop and start ask for a reason and a confirmation. Works beside \`run\`, or over a
deployed stack, and keeps up with it.
Exit codes: 0, 1 error.`,
  effects: {
    reads: 'the policy, what is kept, and the lists of an account where somebody asks why',
    changes: 'what a person decides on it: as approve, veto, release, restore, enqueue, replace, stop and start',
  },
  options: { port: { type: 'string' } },
  optionHelp: { port: portHelp },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep console',
    'hooksweep console --port 8090 --local /var/lib/hooksweep',
    'hooksweep console --stack hooksweep-prod',
  ],
  endsUnread: true,
  run,
};
