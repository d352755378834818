import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { deployed } from '../infra/deployed.ts';
import { temporaryFolder } from '../infra/folder.ts';
import { type Answer, startRuntimeApi } from './runtime-api.ts';
import { unzip } from './unzip.ts';

export const functionNames = ['scanner', 'worker', 'enqueue', 'control', 'audit'] as const;
export type FunctionName = (typeof functionNames)[number];

type Variables = Record<string, unknown>;
type Definition = { Handler: string; Timeout: number; MemorySize: number; Environment: { Variables: Variables } };

/** Where Lambda unpacks a function. */
const taskRoot = '/var/task';
const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const zipOf = (name: FunctionName) => new URL(`../../.serverless/${name}.zip`, import.meta.url);

export const definitionOf = (name: FunctionName): Definition => {
  const logicalId = `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`;
  return deployed()[logicalId]?.Properties as unknown as Definition;
};

/** A folder with the runtime, and in `task` what the function's zip holds. Nothing of the checkout can be read from there. */
export const unpacked = (name: FunctionName): { folder: string; task: string } => {
  const folder = temporaryFolder();
  const task = join(folder, 'task');
  unzip(readFileSync(zipOf(name)), task);
  cpSync(bootstrap, join(folder, 'bootstrap.mjs'));
  return { folder, task };
};

/** Its variables as CloudFormation would resolve them; `given` holds what stands behind each of them here, by variable. */
const resolved = (variables: Variables, given: Record<string, string>, task: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      // The table is named and not referred to, and is called otherwise here.
      const isOwn = typeof value === 'string' && name !== 'TABLE_NAME';
      const text = isOwn ? value.replace(taskRoot, task) : given[name];
      if (text === undefined) throw new Error(`the variable ${name} refers to what the embedded stack does not have`);
      return [name, text];
    }),
  );

export type Instance = {
  task: string;
  /** @param timeoutMs absent: as long as the function has */
  invoke(event: unknown, timeoutMs?: number): Promise<Answer>;
  importMs(): number | null;
  /** What it has written so far. */
  text(): { stdout: string; stderr: string };
  /** No more work: answers how the process ended, on its own. */
  end(): Promise<{ code: number | null; stdout: string; stderr: string }>;
};

export type InstanceOptions = {
  name: FunctionName;
  /** What the references in its environment stand for. */
  references: Record<string, string>;
  /** What Lambda and the account add: region, credentials, endpoints. */
  account: Record<string, string>;
  /** The packaged policy, in its place in the function's folder. */
  policy: string;
  /** Where it is unpacked; absent: as it is in the zip. */
  at?: { folder: string; task: string };
};

/** One instance of a packaged function under Lambda's Runtime API, in a process that sees its own folder and nothing else. */
export const startInstance = async ({ name, references, account, policy, at = unpacked(name) }: InstanceOptions) => {
  const { folder, task } = at;
  const { Handler, Timeout, MemorySize, Environment } = definitionOf(name);
  const own = resolved(Environment.Variables, references, task);
  if (own.POLICY_FILE) writeFileSync(own.POLICY_FILE, policy);
  const functionName = `hooksweep-dev-${name}`;
  const api = await startRuntimeApi(functionName);
  const env = {
    ...own,
    ...account,
    AWS_LAMBDA_RUNTIME_API: api.address,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    LAMBDA_TASK_ROOT: task,
    _HANDLER: Handler,
  };
  const flags = ['--permission', `--allow-fs-read=${folder}/*`];
  const child = spawn(process.execPath, [...flags, join(folder, 'bootstrap.mjs')], { cwd: task, env });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  const ended = once(child, 'close').then(async ([code]: (number | null)[]) => {
    await api.close(code ?? null);
    await setImmediate();
    return { code: code ?? null, ...text };
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const instance: Instance = {
    task,
    invoke: (event, timeoutMs = Timeout * 1000) => api.invoke(event, timeoutMs),
    importMs: api.importMs,
    text: () => text,
    end() {
      api.drain();
      return ended;
    },
  };
  return instance;
};
