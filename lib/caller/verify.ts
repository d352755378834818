import * as v from 'valibot';
import { CommandError, exit } from '../failure.ts';
import { limits } from '../limits.ts';
import { type Bound, identityBody, type Proof, signedHeaders } from './sign.ts';

const credential = 'Credential=[A-Za-z0-9]{1,128}/\\d{8}/[a-z0-9-]+/sts/aws4_request';
const headers = 'content-type;host;x-amz-date;(?:x-amz-security-token;)?x-hooksweep-function;x-hooksweep-request';

/**
 * Only a signature over the two headers that bind it counts: one that its owner made for another service (a cluster, a vault)
 * or for another request covers other headers, or other values.
 */
const proofSchema = v.strictObject({
  authorization: v.pipe(
    v.string(),
    v.regex(new RegExp(`^AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${headers}, Signature=[0-9a-f]{64}$`)),
  ),
  date: v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/)),
  token: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/))),
});

const arnIn = (answer: string): string | undefined =>
  /<Arn>(arn:[a-z-]+:(?:iam|sts)::\d{12}:[\x21-\x3b\x3d\x3f-\x7e]+)<\/Arn>/.exec(answer)?.[1];

const unproven = (message: string): CommandError =>
  new CommandError(
    {
      code: 'caller-unproven',
      message: `nobody can tell who asks: ${message}`,
      hint: 'ask with hooksweep --stack, which signs each request with your AWS credentials',
    },
    exit.refused,
  );

/** Asks STS whose signature this is: the ARN of the caller. STS itself refuses what is older than fifteen minutes. */
export type Identify = (proof: unknown, bound: Bound) => Promise<string>;

/**
 * All but signature, date and token is put together here, so that no proof can make the function ask something else, or
 * somebody else.
 *
 * @throws CommandError where there is no proof, STS does not confirm it, or cannot be reached
 */
export const identifyAt =
  (endpoint: URL): Identify =>
  async (given, bound) => {
    if (given === undefined) throw unproven('the request carries no proof of its caller');
    const proof = v.safeParse(proofSchema, given);
    if (!proof.success) throw unproven('its proof is not signed for this');
    const { authorization, date, token } = proof.output;
    const stamped: Omit<Proof, 'authorization'> = { date, ...(token !== undefined && { token }) };
    // `host` is the endpoint's, and fetch sends it.
    const { host: _, ...signed } = signedHeaders(endpoint, bound, stamped);
    const timeout = AbortSignal.timeout(limits.identityTimeoutMs);
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { ...signed, authorization },
      body: identityBody,
      redirect: 'error',
      signal: timeout,
    }).catch((error: Error) => {
      throw unproven(`STS does not answer (${error.name})`);
    });
    const arn = arnIn(await answer.text());
    if (!answer.ok || arn === undefined) throw unproven(`STS does not confirm its proof (status ${answer.status})`);
    return arn;
  };
