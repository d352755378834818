import * as v from 'valibot';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Answer } from './http.ts';
import type { OutcomeTable } from './outcome.ts';
import type { Quota } from './quota.ts';

const credential = { kind: 'retry', pause: 'credential' } as const;

/** What graphql-ruby says of a request that it does not carry out, because it does not understand it. */
const invalid =
  /^(undefinedField|undefinedType|undefinedDirective|argumentNotAccepted|argumentLiteralsIncompatible|missingRequiredArguments|missingRequiredInputObjectAttribute|variableMismatch|variableRequiresValidType|variableNotDefined|variableNotUsed|selectionMismatch|INVALID_VARIABLE|BAD_REQUEST)$/;

/**
 * Codes: shopify.dev/docs/api/usage/response-codes. GraphQL failures come with HTTP 200; `withCode` puts their code, or
 * the name of the `userErrors` that are not empty, where the table looks for it. `several`: errors that disagree.
 */
export const table: OutcomeTable = {
  codeField: 'code',
  referenceField: 'reference',
  rows: [
    {
      status: 200,
      code: /^THROTTLED$/,
      kind: 'retry',
      pause: 'throttle',
      why: 'the query budget of the app is used up',
    },
    {
      status: 200,
      code: /^ACCESS_DENIED$/,
      ...credential,
      why: 'the access token has no right to this: the app needs the access scope of the topic',
    },
    { status: 200, code: /^SHOP_INACTIVE$/, ...credential, why: 'the shop is not active' },
    { status: 200, code: /^MAX_COST_EXCEEDED$/, kind: 'refused', why: 'the query costs more than the shop allows' },
    {
      status: [200, 299],
      code: invalid,
      kind: 'refused',
      why: 'the request is not understood: correct apiVersion, or take a version of hooksweep that knows this one',
    },
    {
      status: 200,
      code: /^webhookSubscriptionDelete\.userErrors$/,
      kind: 'gone',
      why: 'the provider finds fault with the deletion, as it does where there is no such webhook',
    },
    {
      status: 200,
      code: /^webhookSubscriptionCreate\.userErrors$/,
      kind: 'refused',
      why: 'the provider finds fault with the webhook: the topic may have this address already',
    },
    { status: [200, 299], code: /./, mutating: true, kind: 'unknown', why: 'the provider failed and may have done it' },
    { status: [200, 299], code: /./, kind: 'retry', why: 'the provider failed' },
    { status: 401, ...credential, why: 'the access token was refused: check it, and that the app is still installed' },
    { status: 402, ...credential, why: 'the shop is frozen for want of payment' },
    { status: 403, ...credential, why: 'the shop may not be used, or the access token has no right to this' },
    { status: 404, kind: 'refused', why: 'there is no such shop or API version: correct shop and apiVersion' },
    { status: 423, ...credential, why: 'the shop is locked' },
    { status: 430, kind: 'retry', pause: 'throttle', why: 'the provider takes the requests for an attack' },
  ],
};

/** What is wrong with the client credentials comes as 400; no webhook was touched. */
export const grantTable: OutcomeTable = {
  codeField: 'error',
  referenceField: 'reference',
  rows: [
    {
      status: [400, 403],
      ...credential,
      why: 'no access token for clientId and clientSecret: check them, and that the app is installed in the shop',
    },
    { status: [404, 410], kind: 'refused', why: 'there is no such shop: correct shop' },
  ],
};

const Coded = v.looseObject({ extensions: v.looseObject({ code: v.string() }) });

const errorCode = (errors: unknown): string | null => {
  if (errors === undefined || errors === null) return null;
  if (!Array.isArray(errors)) return 'uncoded';
  const codes = new Set(errors.map((error) => (v.is(Coded, error) ? error.extensions.code : 'uncoded')));
  const [first = null] = codes;
  return codes.size > 1 ? 'several' : first;
};

const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined;

/** What the answer says of one field of the query, e.g. `webhookSubscriptions`. */
export const payloadOf = (json: unknown, root: string): unknown => member(member(json, 'data'), root);

const userErrorsCode = (json: unknown, root: string): string | null => {
  const errors = member(payloadOf(json, root), 'userErrors');
  return Array.isArray(errors) && errors.length > 0 ? `${root}.userErrors` : null;
};

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const Costs = v.looseObject({
  extensions: v.looseObject({
    cost: v.looseObject({
      requestedQueryCost: positive,
      throttleStatus: v.looseObject({ currentlyAvailable: positive, restoreRate: v.pipe(positive, v.gtValue(0)) }),
    }),
  }),
});

/** Milliseconds until the leaky bucket holds what the query costs; null where the answer does not tell. */
const throttledFor = (json: unknown): Ms | null => {
  const parsed = v.safeParse(Costs, json);
  if (!parsed.success) return null;
  const { requestedQueryCost, throttleStatus } = parsed.output.extensions.cost;
  const missing = requestedQueryCost - throttleStatus.currentlyAvailable;
  return missing <= 0
    ? null
    : Math.min(Math.ceil((missing / throttleStatus.restoreRate) * 1000), limits.retryAfterMaxMs);
};

const Left = v.looseObject({
  extensions: v.looseObject({
    cost: v.looseObject({
      requestedQueryCost: v.pipe(positive, v.minValue(1)),
      throttleStatus: v.looseObject({
        maximumAvailable: positive,
        currentlyAvailable: positive,
        restoreRate: v.pipe(positive, v.gtValue(0)),
      }),
    }),
  }),
});

/** What the leaky bucket still holds, in calls like this one; it counts as begun anew when it is half full again. */
export const quotaOfBucket = (answer: Answer, now: Ms): Quota | null => {
  const parsed = v.safeParse(Left, answer.kind === 'answer' ? answer.json : null);
  if (!parsed.success) return null;
  const { requestedQueryCost, throttleStatus } = parsed.output.extensions.cost;
  const { maximumAvailable, currentlyAvailable, restoreRate } = throttleStatus;
  const callsIn = (points: number): number => Math.floor(points / requestedQueryCost);
  const halfMs = Math.ceil(((maximumAvailable / 2 - currentlyAvailable) / restoreRate) * 1000);
  const resetAt = now + Math.min(Math.max(halfMs, 0), limits.retryAfterMaxMs);
  return { left: callsIn(currentlyAvailable), of: callsIn(maximumAvailable), resetAt };
};

/** The answer with its code, request id and waiting time where `outcomeOf` looks for them. */
export const withCode = (answer: Answer, root: string): Answer => {
  if (answer.kind !== 'answer') return answer;
  const code = errorCode(member(answer.json, 'errors')) ?? userErrorsCode(answer.json, root);
  const waits = code === 'THROTTLED' || answer.status === 429;
  return {
    ...answer,
    json: { code, reference: answer.headers.get('x-request-id') },
    retryAfterMs: answer.retryAfterMs ?? (waits ? throttledFor(answer.json) : null),
  };
};
