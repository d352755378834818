import type { OutcomeTable, Row } from './outcome.ts';

const minuteMs = 60_000;

/**
 * Machine-readable tail of `documentation_url` in answers to a secondary limit: the only mark where GitHub sends no
 * `retry-after`. The same two anchors are what google/go-github goes by.
 */
const secondaryLimit = /^https:\/\/[^\s#]{1,200}#(about-)?(secondary|abuse)-rate-limits$/;

/** A 403 is a limit or a lack of rights; the headers tell which, in this order. */
const limited = (status: 403 | 429): readonly Row[] => {
  const throttle = { status, kind: 'retry', pause: 'throttle', afterMs: minuteMs } as const;
  return [
    { ...throttle, header: ['retry-after', /\S/], why: 'GitHub asks to wait' },
    { ...throttle, header: ['x-ratelimit-remaining', /^\s*0+\s*$/], why: 'the calls of this hour are used up' },
    { ...throttle, code: secondaryLimit, why: 'too many calls within a short time' },
  ];
};

const unauthorised = { kind: 'retry', pause: 'credential' } as const;

/** https://docs.github.com/rest/using-the-rest-api/{rate-limits-for-the-rest-api,troubleshooting-the-rest-api}. */
export const githubTable: OutcomeTable = {
  codeField: 'documentation_url',
  referenceField: 'request_id',
  referenceHeader: 'x-github-request-id',
  rows: [
    {
      status: [301, 308],
      kind: 'refused',
      why: 'the repository or its owner has another name now, or baseUrl is wrong',
    },
    { status: 401, ...unauthorised, why: 'the token was refused: it is wrong, expired or revoked' },
    ...limited(403),
    ...limited(429),
    { status: 429, kind: 'retry', pause: 'throttle', afterMs: minuteMs, why: 'too many requests' },
    {
      status: 403,
      header: ['x-github-sso', /^\s*required/i],
      ...unauthorised,
      why: 'the token has to be authorised for the single sign-on of the organisation',
    },
    { status: 403, ...unauthorised, why: 'the token has no right to this' },
    {
      status: 404,
      mutating: false,
      kind: 'refused',
      why: 'it does not exist, or this token may not manage its webhooks: GitHub does not say which',
    },
    { status: 404, mutating: true, kind: 'gone', why: 'not there, or not permitted for this token' },
    { status: 422, kind: 'refused', why: 'GitHub finds the request invalid, or has such a webhook already' },
  ],
};
