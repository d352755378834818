import type { LambdaClient } from '@aws-sdk/client-lambda';
import { boundTo, prove, stsEndpoint } from '../caller/sign.ts';
import type { Clock } from '../clock.ts';
import { type ExitCode, exit, type Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { functionOf, type RequestName, type Right, rightFor } from '../requests/requests.ts';
import { packed, unpacked } from '../requests/wire.ts';
import { textOf } from './args.ts';
import { CommandError, type Context } from './command.ts';
import type { Desk } from './desk.ts';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,53}$/;

/** The stack that was named, if any: `--stack`, or `HOOKSWEEP_STACK` unless a folder is named. */
export const stackName = ({ values, env }: Pick<Context, 'values' | 'env'>): string | null => {
  const name = textOf(values, 'stack') || (values.local === undefined ? env.HOOKSWEEP_STACK : undefined) || null;
  if (name === null || namePattern.test(name)) return name;
  const hint = 'write service and stage as deployed, such as hooksweep-dev';
  throw new CommandError({ code: 'bad-option', message: `--stack ${name} is no name of a stack`, hint });
};

const failure = (code: string, message: string, hint: string) => new CommandError({ code, message, hint });

type Target = { stack: string; name: string; right: Right };
type Told = Error & { $metadata?: { httpStatusCode?: number } };

/** What errors of AWS mean for people, by name. */
const meanings: Readonly<Record<string, (target: Target) => CommandError>> = {
  ResourceNotFoundException: ({ name }) =>
    failure(
      'unknown-stack',
      `there is no function ${name} here`,
      'check --stack, the region (AWS_REGION) and the account',
    ),
  AccessDeniedException: ({ stack, name, right }) =>
    failure('not-permitted', `you may not ask the function ${name}`, `the policy ${stack}-${right} gives that right`),
  TooManyRequestsException: ({ name }) =>
    failure('busy', `too much is asked of ${name} at once`, 'nothing was done; try again'),
  RequestEntityTooLargeException: ({ name }) =>
    failure('too-large', `this is more than ${name} takes in one call`, 'ask for less'),
};

const badKeys =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken\w*|UnrecognizedClientException|InvalidSignatureException|InvalidClientTokenId)$/;

/** An error of the SDK for people. Where no answer came, a request may have been carried out. */
const meaning = (error: Told, target: Target): CommandError => {
  const known = meanings[error.name];
  if (known) return known(target);
  if (badKeys.test(error.name))
    return failure(
      'no-credentials',
      `AWS takes no credentials of yours (${error.name})`,
      'sign in, or set AWS_PROFILE',
    );
  if (error.message === 'Region is missing')
    return failure('no-region', 'no AWS region is named', 'set AWS_REGION to that of the stack');
  const unsure = target.right === 'read' ? 'try again' : 'it may have been carried out: look at hooksweep status';
  return failure('no-answer', `${target.name} did not answer (${error.name})`, unsure);
};

/**
 * The request as it travels: whoever holds back or decides signs it, because the history names them. The endpoint is looked up
 * where the SDK looks up its own.
 */
const signed = async (client: LambdaClient, target: Target, asked: object, clock: Clock) => {
  if (target.right === 'read') return asked;
  const [keys, region] = [await client.config.credentials(), await client.config.region()];
  const bound = boundTo(target.name, asked);
  return { ...asked, caller: prove(keys, stsEndpoint(process.env, region), region, bound, clock.now()) };
};

const answered = (text: string, functionError: string | undefined, { name }: Target): unknown => {
  if (functionError !== undefined)
    throw failure('stack-failed', `${name} failed (${functionError})`, `its log /aws/lambda/${name} says why`);
  const answer = unpacked(JSON.parse(text)) as { error?: Failure; exit?: ExitCode } | null;
  if (answer?.error) throw new CommandError(answer.error, answer.exit ?? exit.error);
  return answer;
};

/** Asks the functions of a deployed stack, with the AWS credentials and region of this machine. */
export const stackDesk = async (stack: string, context: Pick<Context, 'signal'>, clock: Clock): Promise<Desk> => {
  // Loaded only where it is needed, as most commands never leave the machine.
  const { InvokeCommand, LambdaClient: Client } = await import('@aws-sdk/client-lambda');
  const clientFor = (maxAttempts: number) =>
    new Client({ maxAttempts, requestHandler: { requestTimeout: limits.askTimeoutMs, throwOnRequestTimeout: true } });
  // A decision without an answer is never sent again unseen.
  const clients = { read: clientFor(3), hold: clientFor(3), decide: clientFor(1) };
  const invoke = async (request: RequestName, asked: object): Promise<unknown> => {
    const right = rightFor(request);
    const target = { stack, right, name: `${stack}-${functionOf[right]}` };
    const client = clients[right];
    try {
      const event = packed(await signed(client, target, { action: request, ...asked }, clock));
      const command = new InvokeCommand({ FunctionName: target.name, Payload: JSON.stringify(event) });
      const { Payload, FunctionError } = await client.send(command, { abortSignal: context.signal });
      return answered(Payload?.transformToString() ?? '', FunctionError, target);
    } catch (error) {
      if (context.signal.aborted || error instanceof CommandError) throw error;
      throw meaning(error as Told, target);
    }
  };
  return {
    ask: invoke as Desk['ask'],
    clock,
    directory: null,
    nothingKept: null,
    carrier: `The stack ${stack} carries it out.`,
    actor: `stack:${stack}`,
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};
