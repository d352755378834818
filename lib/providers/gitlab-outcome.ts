import type { OutcomeTable } from './outcome.ts';

const unauthorised = { kind: 'retry', pause: 'credential' } as const;

/** https://docs.gitlab.com/api/rest/ (status codes), /api/project_webhooks/ and /api/group_webhooks/. */
export const gitlabTable: OutcomeTable = {
  codeField: 'error',
  referenceField: 'correlation_id',
  referenceHeader: 'x-request-id',
  rows: [
    { status: [301, 308], kind: 'refused', why: 'the project or group was moved or renamed, or baseUrl is wrong' },
    { status: 401, ...unauthorised, why: 'the token was refused: it is wrong, expired or revoked' },
    { status: 403, header: ['retry-after', /\S/], kind: 'retry', pause: 'throttle', why: 'GitLab asks to wait' },
    { status: 403, code: /^insufficient_scope$/, ...unauthorised, why: 'the token lacks the scope "api"' },
    {
      status: 403,
      ...unauthorised,
      why: 'the token has no right to this: a maintainer of the project or owner of the group has',
    },
    {
      status: 404,
      mutating: false,
      kind: 'refused',
      why: 'it does not exist, or is not visible to this token: GitLab does not say which',
    },
    { status: 404, mutating: true, kind: 'gone', why: 'not there, or not visible to this token' },
    { status: 412, kind: 'refused', why: 'changed in the meantime' },
    { status: 422, kind: 'refused', why: 'GitLab finds the request invalid, or there are too many webhooks' },
    { status: 429, kind: 'retry', pause: 'throttle', afterMs: 60_000, why: 'too many requests' },
  ],
};
