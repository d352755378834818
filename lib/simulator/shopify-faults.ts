import type { Fault, Reply } from './simulation.ts';

const failure = (code: string | null, extensions?: object): Reply => ({
  status: 200,
  headers: { 'x-request-id': 'simulated-request' },
  json: {
    errors: [{ message: 'Invalid', ...(code === null ? {} : { extensions: { code } }) }],
    ...(extensions === undefined ? {} : { extensions }),
  },
});

const instead = (about: string, reply: Reply): Fault => ({ about, instead: () => reply });
const cost = (currentlyAvailable: number) => ({
  cost: {
    requestedQueryCost: 202,
    actualQueryCost: null,
    throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate: 100 },
  },
});

/** Faults that only this provider has. Those without `instead` and `after` are up to the simulation. */
export const shopifyQuirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and no hint that it is half', calls: 'reading' },
  'empty-list': { about: 'an empty list', calls: 'reading' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'mutating' },
  'repeat-page': { about: 'the first page again and again, whatever is asked for', calls: 'reading' },
  'repeat-cursor': { about: 'page after page of new webhooks with the same cursor', calls: 'reading' },
  endless: { about: 'page after page of new webhooks, without end', calls: 'reading' },
  shifting: { about: 'a webhook moves from one page to the next while the list is read', calls: 'reading' },
  'no-page-info': { about: 'the list does not say whether there is more', calls: 'reading' },
  'delete-other': { about: 'a delete is answered with the id of another webhook', calls: 'mutating' },
  'delete-null': { about: 'a delete is answered with neither id nor userErrors', calls: 'mutating' },
  'user-errors': { about: 'userErrors, and nothing took effect', calls: 'mutating' },
  'token-expired': { about: '401 for each token that was granted before' },
  'query-throttled': instead('200 THROTTLED with the cost of the query', failure('THROTTLED', cost(2))),
  'query-throttled-bare': instead('200 THROTTLED without the cost of the query', failure('THROTTLED')),
  'access-denied': instead('200 ACCESS_DENIED', failure('ACCESS_DENIED')),
  'shop-inactive': instead('200 SHOP_INACTIVE', failure('SHOP_INACTIVE')),
  'too-expensive': instead('200 MAX_COST_EXCEEDED', failure('MAX_COST_EXCEEDED')),
  'old-version': instead('200 undefinedField: the API version does not know a field', failure('undefinedField')),
  'internal-error': {
    about: '200 INTERNAL_SERVER_ERROR, although it took effect',
    after: () => failure('INTERNAL_SERVER_ERROR'),
  },
  'uncoded-error': { about: '200 with an error that has no code, although it took effect', after: () => failure(null) },
  frozen: instead('402: the shop has not paid', { status: 402, json: { errors: 'Unavailable Shop' } }),
  locked: instead('423: the shop is locked', { status: 423, json: { errors: 'Locked' } }),
  'security-rejection': instead('430: the requests look malicious', { status: 430, json: { errors: 'Rejected' } }),
};
