import type { Fault, Reply } from './simulation.ts';

const failure = (status: number, error: Record<string, string>, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'request-id': 'req_simulated', ...headers },
  json: { error },
});

const instead = (about: string, reply: Reply, calls?: string): Fault => ({
  about,
  instead: () => reply,
  ...(calls === undefined ? {} : { calls }),
});

const shouldRetry = (value: string) => ({ 'stripe-should-retry': value });
const type = 'invalid_request_error';

/** Faults that only this provider has. Those without `instead` are up to the simulation. */
export const stripeQuirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and no hint that it is half', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-disable': { about: 'a change of status is answered and not made', calls: 'POST' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'repeat-page': { about: 'the first page again and again, whatever is asked for', calls: 'GET' },
  endless: { about: 'page after page of new webhooks, without end', calls: 'GET' },
  shifting: { about: 'a webhook moves from one page to the next while the list is read', calls: 'GET' },
  'no-has-more': { about: 'the list does not say whether there is more', calls: 'GET' },
  'other-mode': { about: 'the list holds a webhook of live mode', calls: 'GET' },
  'secret-shown': { about: 'the list shows signing secrets', calls: 'GET' },
  'disable-unchanged': { about: 'a change of status is answered with the status as it was', calls: 'POST' },
  'delete-other': { about: 'a delete is answered with the id of another webhook', calls: 'DELETE' },
  'delete-denied': { about: 'a delete is answered with deleted: false', calls: 'DELETE' },
  'lock-timeout': instead(
    '429 lock_timeout: another request holds the object',
    failure(429, { type, code: 'lock_timeout', message: 'Object is locked' }, shouldRetry('true')),
  ),
  'retry-advised': instead('400 that may be tried again', failure(400, { type, message: 'Busy' }, shouldRetry('true'))),
  'retry-denied': instead(
    '500 that must not be tried again',
    failure(500, { type: 'api_error', message: 'Broken' }, shouldRetry('false')),
  ),
  conflict: instead('409: another request at the same time', failure(409, { type, message: 'Conflict' })),
  'key-expired': instead(
    '401: the key has expired',
    failure(401, { type, code: 'api_key_expired', message: 'Expired API key' }),
  ),
  'endpoint-limit': instead(
    '400: the account has as many endpoints as it may have',
    failure(400, { type, message: 'You have reached the maximum of 16 test webhook endpoints.' }),
    'POST',
  ),
};
