import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import type { Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { type OutcomeTable, outcomeOf } from './outcome.ts';

/**
 * The value of the `hmac` header: HMAC-SHA512 of the body as it is sent, in lower-case hex. Calls without a body sign the
 * empty text. INFERRED from the length of the sample in the documents; what is signed there is UNVERIFIED.
 */
export const signatureOf = (hmacKey: string, body: string): string =>
  createHmac('sha512', hmacKey).update(body).digest('hex');

/** A token lives for 60 minutes; a new one is fetched before that. */
const renewAfterMs = 55 * 60_000;

const credential = { kind: 'retry', pause: 'credential' } as const;

/** The page "Auth Token" has no error answers. */
const table: OutcomeTable = {
  codeField: 'code',
  referenceField: '',
  rows: [
    { status: 400, ...credential, why: 'no token: client id or client secret was refused' },
    { status: 401, ...credential, why: 'no token: client id or client secret was refused' },
    { status: 403, ...credential, why: 'no token: the client has no right to one' },
    { status: 404, kind: 'refused', why: 'no token: nothing is at this path, correct baseUrl or options.paths.token' },
    { status: 410, kind: 'refused', why: 'no token: nothing is at this path any more' },
    { status: 405, kind: 'refused', why: 'no token: this path takes none, correct baseUrl or options.paths.token' },
  ],
};

const Token = v.pipe(v.string(), v.regex(/^[\w.~+/=-]{1,8192}$/));
// The name is not documented; `access` is what servers of this kind call it.
const Issued = v.union([
  v.pipe(
    v.looseObject({ access_token: Token }),
    v.transform(({ access_token }) => access_token),
  ),
  v.pipe(
    v.looseObject({ access: Token }),
    v.transform(({ access }) => access),
  ),
  v.pipe(
    v.looseObject({ token: Token }),
    v.transform(({ token }) => token),
  ),
]);

const noToken: Outcome = { ...credential, why: 'the answer to the request for a token has none that can be used' };

export type Grant = { token: string } | { outcome: Outcome };

const grantOf = (answer: Answer, secrets: readonly string[]): Grant => {
  // Nothing at the provider is changed by it: where its answer is lost, another is asked for.
  const outcome = outcomeOf(answer, table, { mutating: false, secrets });
  if (outcome.kind !== 'done') return { outcome };
  const issued = v.safeParse(Issued, answer.kind === 'answer' ? answer.json : undefined);
  return issued.success ? { token: issued.output } : { outcome: noToken };
};

/** Keeps one token and fetches the next. Callers that come at the same time may each fetch one. */
export const createSession = (
  fetchToken: (signal?: AbortSignal) => Promise<Answer>,
  clock: Pick<Clock, 'now'>,
  secrets: readonly string[],
) => {
  let held: { token: string; renewAt: number } | null = null;
  return {
    /** A token, or why there is none. */
    async token(signal?: AbortSignal): Promise<Grant> {
      const asked = clock.now();
      if (held !== null && asked < held.renewAt) return { token: held.token };
      const grant = grantOf(await fetchToken(signal), secrets);
      if ('token' in grant) held = { token: grant.token, renewAt: asked + renewAfterMs };
      return grant;
    },
    /** Forgets a token that was refused, unless another has taken its place. */
    drop(token: string): void {
      if (held?.token === token) held = null;
    },
  };
};
