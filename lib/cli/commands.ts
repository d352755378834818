import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import { backtest } from './backtest.ts';
import { checkUrl } from './check-url.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { consoleCommand } from './console.ts';
import { demo } from './demo.ts';
import { deployCheck } from './deploy-check.ts';
import { doctor } from './doctor.ts';
import { enqueue } from './enqueue.ts';
import { init } from './init.ts';
import { providers } from './providers.ts';
import { release } from './release.ts';
import { replace } from './replace.ts';
import { restore } from './restore.ts';
import { run } from './run.ts';
import { scan } from './scan.ts';
import { simulate } from './simulate.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { validate } from './validate.ts';
import { veto } from './veto.ts';
import { why } from './why.ts';

/** Every command, in the order in which people meet them. */
export const commands: readonly Command[] = [
  providers,
  init,
  validate,
  doctor,
  deployCheck,
  backtest,
  scan,
  apply,
  run,
  demo,
  enqueue,
  approve,
  veto,
  release,
  restore,
  replace,
  status,
  why,
  checkUrl,
  audit,
  consoleCommand,
  stop,
  start,
  simulate,
  completion,
];
