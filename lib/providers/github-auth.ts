import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import * as v from 'valibot';
import type { Ms } from '../clock.ts';
import type { Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { isoTime } from './listing.ts';

type Refused = { outcome: Extract<Outcome, { kind: 'retry' | 'refused' }> };

/** Who asks: a bearer token, or why there is none now. */
export type Bearer = { token: string } | Refused;

export type Tokens = {
  bearer(signal?: AbortSignal): Promise<Bearer>;
  /** The token was refused: true where a fresh one may be had. */
  drop(token: string): boolean;
};

/** A call with a token of one's own: the answer and what it means, made as a reading one. */
export type Send = (url: string, token: string, signal?: AbortSignal) => Promise<{ answer: Answer; outcome: Outcome }>;

export const fixedToken = (token: string): Tokens => ({ bearer: async () => ({ token }), drop: () => false });

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** GitHub's installation tokens live an hour; a list of many pages must not outlive one. */
const renewBeforeMs = 5 * minuteMs;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Environment variables often hold the line breaks of a PEM file as `\n`. */
const readKey = (pem: string): KeyObject | null => {
  try {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    // The library's message may quote the key.
    return null;
  }
};

/** RS256, as "Generating a JSON Web Token for a GitHub App" has it: 60 s back for clock drift, under 10 min ahead. */
const appToken = (appId: string, key: KeyObject, now: Ms): string => {
  const at = Math.floor(now / secondMs);
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: at - 60, exp: at + 9 * 60, iss: appId })}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
};

const Issued = v.looseObject({
  token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,1024}$/)),
  expires_at: v.pipe(v.string(), v.transform(isoTime), v.string(), v.transform(Date.parse)),
});

const refused = (why: string): Refused => ({ outcome: { kind: 'retry', pause: 'credential', why } });

/** What a call for a token stands for where it brought none: nothing happened, whatever it was for. */
const withoutToken = (outcome: Outcome): Refused => {
  if (outcome.kind === 'retry') return { outcome };
  return refused(`GitHub issues no installation token: check appId, installationId and privateKey; ${outcome.why}`);
};

/** The tokens of a GitHub App's installation; each is renewed before it ends. */
export const installationTokens = (
  { appId, installationId, privateKey }: Readonly<Record<string, string>>,
  baseUrl: string,
  now: () => Ms,
  send: Send,
): Tokens => {
  const key = readKey(privateKey ?? '');
  const url = `${baseUrl}/app/installations/${encodeURIComponent(installationId ?? '')}/access_tokens`;
  let held: { token: string; until: Ms } | null = null;
  return {
    async bearer(signal) {
      if (held !== null && held.until - renewBeforeMs > now()) return { token: held.token };
      if (key === null) return refused('privateKey is not an RSA key in PEM form (not shown)');
      const { answer, outcome } = await send(url, appToken(appId ?? '', key, now()), signal);
      if (answer.kind !== 'answer' || outcome.kind !== 'done') return withoutToken(outcome);
      const issued = v.safeParse(Issued, answer.json);
      if (!issued.success) return refused('GitHub answered without an installation token that can be read');
      held = { token: issued.output.token, until: issued.output.expires_at };
      return { token: held.token };
    },
    drop(token) {
      if (held?.token !== token) return false;
      held = null;
      return true;
    },
  };
};
