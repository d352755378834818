import { PassThrough } from 'node:stream';
import { createOutput } from '../../lib/cli/output.ts';
import { openSession, readPolicy } from '../../lib/cli/session.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { clock, type Desk, secretVariable, sink } from './desk.ts';

/** Works on the desk's folder as `run` would, through the same ports. */
export const work = async ({ cwd, simulator }: Desk, act: (ports: Ports) => Promise<unknown>): Promise<void> => {
  const signal = new AbortController().signal;
  const env = { [secretVariable]: simulator.credentials.secretKey };
  const streams = { stdin: new PassThrough(), stdout: sink(), stderr: sink() };
  const secrets = new Set<string>();
  const out = createOutput(streams, { json: false, quiet: true, env, secrets, signal });
  const settings = { values: {}, env, cwd, signal, out, secrets, clock };
  const session = await openSession('local', await readPolicy(settings), settings);
  try {
    await act(session.ports);
  } finally {
    await session.close();
  }
};
