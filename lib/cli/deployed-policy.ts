import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { parsePolicyDocument } from '../policy/packaged.ts';
import type { Policy } from '../policy/policy.ts';
import { CommandError } from './command.ts';

const failed = (name: string, why: string, hint: string): CommandError =>
  new CommandError({ code: 'stack', message: `the function ${name} does not tell its policy: ${why}`, hint });

/** The policy that a deployed stack works by, from its function `audit`. The caller needs the right to invoke that function. */
export const deployedPolicy = async (stack: string, signal: AbortSignal): Promise<Policy> => {
  const name = `${stack}-audit`;
  const client = new LambdaClient({});
  try {
    const Payload = JSON.stringify({ action: 'policy' });
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload }), { abortSignal: signal });
    const text = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError)
      throw failed(name, answer.FunctionError, 'look into its log; it may be of an older version');
    const { policy } = JSON.parse(text) as { policy?: unknown };
    return parsePolicyDocument(JSON.stringify(policy ?? null), name);
  } catch (error) {
    if (signal.aborted || (error as Error).name === 'CommandError') throw error;
    const { name: code, message } = error as Error;
    throw failed(name, `${code}: ${message}`, 'check --stack, the region (AWS_REGION) and your AWS credentials');
  } finally {
    client.destroy();
  }
};
