import { boundTo } from '../caller/sign.ts';
import type { Identify } from '../caller/verify.ts';
import { CommandError, expected } from '../failure.ts';
import type { Ports } from '../jobs/ports.ts';
import { quote, suggestion } from '../policy/wording.ts';
import { parsedAs, type Request } from './request.ts';
import { packed, unpacked } from './wire.ts';

/** Whether a function wants to know who asks: always, where it can be told, or not at all. */
export type CallerWanted = 'must' | 'tried' | 'not';

/** The requests of one function. `preset` is what an event without `action` asks for. */
export type Service = {
  requests: Readonly<Record<string, Pick<Request, 'schema'> & { handle(ports: Ports, asked: never): Promise<object> }>>;
  preset?: string;
  caller: CallerWanted;
};

/** Of Lambda's context, what is used. */
type Invocation = { functionName: string; awsRequestId: string };

const unnamed = 'unproven';

const callerOf = async (
  wanted: CallerWanted,
  identify: Identify,
  proof: unknown,
  asked: object,
  { functionName }: Invocation,
): Promise<string> => {
  if (wanted === 'not') return unnamed;
  try {
    return await identify(proof, boundTo(functionName, asked));
  } catch (error) {
    // A stop must not fail because STS does: it goes under no name rather than not at all.
    if (wanted === 'tried' && expected(error)) return unnamed;
    throw error;
  }
};

const opened = ({ requests, preset }: Service, event: unknown) => {
  const whole = unpacked(event);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    throw new CommandError({
      code: 'bad-request',
      message: 'the event is no JSON object',
      hint: 'see the examples in docs/events',
    });
  const { caller: proof, ...asked } = whole as Record<string, unknown>;
  const { action = preset, ...fields } = asked;
  const request = typeof action === 'string' && Object.hasOwn(requests, action) ? requests[action] : undefined;
  if (typeof action === 'string' && request)
    return { proof, asked, input: parsedAs(action, request.schema, fields), request };
  throw new CommandError({
    code: 'bad-request',
    message: `this function knows no action ${quote(action)}`,
    hint: suggestion(action, Object.keys(requests)),
  });
};

/**
 * The handler of a function for people. Answers the document that the command line prints with `--json`, or
 * `{ error: { code, message, hint }, exit }`; throws only what nobody expects, so that Lambda counts it.
 */
export const serve =
  (service: Service, makePorts: (actor: string, requestId: string) => Promise<Ports>, identify: Identify) =>
  async (event: unknown, invocation: Invocation): Promise<object> => {
    try {
      const { proof, asked, input, request } = opened(service, event);
      const caller = await callerOf(service.caller, identify, proof, asked, invocation);
      const ports = await makePorts(`aws:${caller} ${invocation.awsRequestId}`, invocation.awsRequestId);
      return packed(await request.handle(ports, input as never));
    } catch (error) {
      const reported = expected(error);
      if (!reported) throw error;
      return { error: reported.failure, exit: reported.exitCode };
    }
  };
