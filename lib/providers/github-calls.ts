import type { Clock } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import { fixedToken, installationTokens } from './github-auth.ts';
import { githubTable } from './github-outcome.ts';
import type { Call, Http } from './http.ts';
import { outcomeOf } from './outcome.ts';
import { createQuota, quotaOf, withReset } from './quota.ts';
import type { Replied, Sent } from './replied.ts';

type Credentials = Readonly<Record<string, string>>;

const headersFor = (token: string): Call['headers'] => ({
  authorization: `Bearer ${token}`,
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
});

const quotaHeaders = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  reset: 'x-ratelimit-reset',
} as const;

/** One account's calls, with its token, waits and meanings. */
export const createCalls = (account: Account, credentials: Credentials, http: Http, clock: Clock) => {
  const { note, quota } = createQuota();
  const secrets = [credentials.token, credentials.privateKey].filter((secret) => secret !== undefined);
  const send = async (
    call: Pick<Call, 'method' | 'url'> & Sent,
    token: string,
    mutating: boolean,
  ): Promise<Replied> => {
    const hidden = [...secrets, token];
    const raw = await http.call({ ...call, headers: headersFor(token), account: account.name, secrets: hidden });
    note(quotaOf(raw, quotaHeaders, clock.now()));
    const answer = withReset(raw, quotaHeaders, clock.now());
    return { answer, outcome: outcomeOf(answer, githubTable, { mutating, secrets: hidden }) };
  };
  const tokens =
    credentials.token === undefined
      ? installationTokens(credentials, account.baseUrl, clock.now, (url, token, signal) =>
          send({ method: 'POST', url, signal }, token, false),
        )
      : fixedToken(credentials.token);

  const request = async (method: Call['method'], url: string, rest: Sent = {}): Promise<Replied> => {
    const attempt = async (again: boolean): Promise<Replied> => {
      const bearer = await tokens.bearer(rest.signal);
      if ('outcome' in bearer) {
        return { answer: { kind: 'unsent', again: true, why: bearer.outcome.why }, outcome: bearer.outcome };
      }
      const replied = await send({ ...rest, method, url }, bearer.token, method !== 'GET');
      const refused = 'status' in replied.answer && replied.answer.status === 401;
      // An installation token may be revoked before it ends; nothing happened, and a fresh one may work.
      return again && refused && tokens.drop(bearer.token) ? attempt(false) : replied;
    };
    return attempt(true);
  };
  return { request, quota };
};
