import { systemClock } from '../lib/clock.ts';
import type { LogEvent, Ports } from '../lib/jobs/ports.ts';
import { logLine } from '../lib/log/line.ts';
import { writtenLines } from '../lib/log/writes.ts';

/** `hooksweep-dev-worker` is the worker of the stack `hooksweep-dev`, of which the stage is `dev`. */
export const placeOf = (functionName: string | undefined) => {
  const [, stack = null, stage = 'local', name] = /^([^-]+-(.+))-([^-]+)$/.exec(functionName ?? '') ?? [];
  return { stack, stage, name };
};

/**
 * The log of one invocation: everything it says and everything it writes into the table.
 *
 * @param secrets every credential that this container has read so far; it may grow
 */
export const invocationLog = (secrets: ReadonlySet<string>, requestId?: string): Pick<Ports, 'log' | 'wrote'> => {
  const { stage, name } = placeOf(process.env.AWS_LAMBDA_FUNCTION_NAME);
  const context = {
    stage,
    ...(name && { function: name }),
    ...(requestId && { requestId }),
  };
  const log = (event: LogEvent): void => {
    // What Lambda puts before each line of console.log would make it no JSON.
    process.stdout.write(`${logLine(event, context, systemClock.now(), secrets)}\n`);
  };
  return { log, wrote: (before, after) => writtenLines(before, after).forEach(log) };
};
