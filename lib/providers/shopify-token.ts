import * as v from 'valibot';
import type { Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { outcomeOf } from './outcome.ts';
import { grantTable } from './shopify-outcome.ts';

/** A token to call with, or why there is none: nothing was called. */
export type Access = { status: 'token'; token: string } | { status: 'none'; outcome: Outcome };

export type Tokens = {
  get(signal?: AbortSignal): Promise<Access>;
  /** This one was refused. True where `get` may give another. */
  drop(token: string): boolean;
};

/** The one token of an app whose token does not expire. */
export const fixedToken = (token: string): Tokens => ({
  get: async () => ({ status: 'token', token }),
  drop: () => false,
});

const Granted = v.looseObject({ access_token: v.pipe(v.string(), v.minLength(1)) });

const accessIn = (answer: Answer, secrets: readonly string[]): Access => {
  const outcome = outcomeOf(answer, grantTable, { mutating: false, secrets });
  if (outcome.kind !== 'done') return { status: 'none', outcome };
  const granted = v.safeParse(Granted, answer.kind === 'answer' ? answer.json : undefined);
  return granted.success
    ? { status: 'token', token: granted.output.access_token }
    : {
        status: 'none',
        outcome: { kind: 'retry', why: 'the answer to clientId and clientSecret holds no access token' },
      };
};

/** Waits for what others wait for too: the signal ends the waiting, not the work. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort, { once: true });
  });

/**
 * Tokens of the client credentials grant, which live for a day: one is asked for when it is needed, by one call however
 * many wait for it, and used until the provider refuses it.
 *
 * @param ask makes the call; it is not cancelled by whoever waits
 */
export const grantedTokens = (ask: () => Promise<Answer>, secrets: readonly string[]): Tokens => {
  let known: Access | null = null;
  let pending: Promise<Access> | null = null;

  const grant = async (): Promise<Access> => {
    try {
      const access = accessIn(await ask(), secrets);
      if (access.status === 'token') known = access;
      return access;
    } finally {
      pending = null;
    }
  };

  return {
    get: async (signal) => {
      signal?.throwIfAborted();
      if (known !== null) return known;
      pending ??= grant();
      return unlessAborted(pending, signal);
    },
    drop: (token) => {
      if (known?.status === 'token' && known.token === token) known = null;
      return true;
    },
  };
};
