import * as v from 'valibot';
import type { Answer } from './http.ts';
import type { OutcomeTable } from './outcome.ts';

const header = 'stripe-should-retry';
const credential = { kind: 'retry', pause: 'credential' } as const;

/**
 * Codes: docs.stripe.com/error-codes and /error-low-level; where an error has no code, its type stands for it.
 * `Stripe-Should-Retry` decides wherever it is certain that nothing happened; it cannot say whether a failed call did.
 */
export const table: OutcomeTable = {
  codeField: 'code',
  referenceField: 'reference',
  rows: [
    { status: 401, ...credential, why: 'the API key was refused: check it, and that it is neither rolled nor expired' },
    {
      status: 403,
      ...credential,
      why: 'the API key has no right to this: a restricted key needs "Webhook Endpoints: Write"',
    },
    {
      status: [400, 499],
      code: /^(api_key_expired|platform_api_key_expired|secret_key_required|account_invalid)$/,
      ...credential,
      why: 'the provider finds fault with the API key or its account',
    },
    { status: 404, code: /^resource_missing$/, kind: 'gone', why: 'no such webhook endpoint for this API key' },
    {
      status: 400,
      code: /^resource_missing$/,
      mutating: false,
      kind: 'retry',
      why: 'a page was to begin behind a webhook that is gone by now',
    },
    {
      status: 409,
      code: /^(idempotency_key_in_use|idempotency_error)$/,
      mutating: true,
      kind: 'unknown',
      why: 'the same request is still being worked on',
    },
    { status: 409, header: [header, /^false$/], kind: 'refused', why: 'in conflict with what is there' },
    { status: 409, kind: 'retry', why: 'in conflict with another request at the same time' },
    { status: 429, code: /^lock_timeout$/, kind: 'retry', why: 'another request holds the webhook endpoint' },
    { status: 429, kind: 'retry', pause: 'throttle', why: 'too many requests' },
    { status: 408, kind: 'retry', pause: 'throttle', why: 'the provider gave up waiting for the request' },
    { status: 425, kind: 'retry', pause: 'throttle', why: 'too early' },
    { status: [400, 499], header: [header, /^true$/], kind: 'retry', why: 'the provider asks to try again' },
    {
      status: [500, 599],
      header: [header, /^false$/],
      mutating: false,
      kind: 'refused',
      why: 'the provider failed and asks not to try again',
    },
  ],
};

const Failed = v.looseObject({
  error: v.looseObject({ code: v.nullish(v.string()), type: v.nullish(v.string()) }),
});

/** An error answer with its code and request id where `outcomeOf` looks for them; any other answer as it is. */
export const withCode = (answer: Answer): Answer => {
  if (answer.kind !== 'answer' || answer.status < 400) return answer;
  const parsed = v.safeParse(Failed, answer.json);
  const error = parsed.success ? parsed.output.error : {};
  const code = error.code ?? error.type ?? null;
  return { ...answer, json: { code, reference: answer.headers.get('request-id') } };
};
