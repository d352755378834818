import type { Json } from '../canonical.ts';
import type { Clock, Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { readBody } from './body.ts';
import { holdsSecret } from './quote.ts';
import { createSlots } from './slots.ts';

export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: Json;
  /** Sent as a form (application/x-www-form-urlencoded) in place of `body`. */
  form?: Readonly<Record<string, string>>;
  /** Name of the account: bounds how many of its calls are under way. */
  account: string;
  /** Values that must show up nowhere. */
  secrets: readonly string[];
  signal?: AbortSignal | undefined;
};

type Head = { status: number; headers: Headers; retryAfterMs: Ms | null };

/**
 * What came back from one call. `why` is in our own words: no text, header or secret of either side is in it.
 *
 * - `answer`: a whole answer; `json` is undefined where the body was empty.
 * - `unreadable`: a status, but no body that can be believed. Every redirect is one, for none is followed.
 * - `unsent`: the request certainly did not leave; `again` is false where it never will.
 * - `lost`: the request may have arrived.
 */
export type Answer =
  | (Head & { kind: 'answer'; json: unknown })
  | (Head & { kind: 'unreadable'; why: string })
  | { kind: 'unsent'; why: string; again: boolean }
  | { kind: 'lost'; why: string };

export type Http = {
  /** Never throws, except the reason of a signal that aborts. */
  call(call: Call): Promise<Answer>;
};

const timeoutSeconds = limits.callTimeoutMs / 1000;

/** Codes of undici, c-ares and OpenSSL that only occur while the connection is being made. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

type SystemError = { code?: unknown; syscall?: unknown; errors?: readonly SystemError[] };

const neverLeft = (error: SystemError): boolean =>
  error.errors?.length
    ? error.errors.every(neverLeft)
    : beforeSending.has(String(error.code)) || error.syscall === 'connect' || error.syscall === 'getaddrinfo';

const failure = (error: unknown, host: string): Answer => {
  const cause = (error as { cause?: SystemError }).cause ?? {};
  const code = /^[A-Z0-9_]{1,64}$/.test(String(cause.code)) ? ` (${cause.code})` : '';
  return neverLeft(cause)
    ? {
        kind: 'unsent',
        again: true,
        why: `no connection to ${host}${code}: check baseUrl, DNS, certificate and network`,
      }
    : { kind: 'lost', why: `the connection to ${host} broke before an answer came${code}` };
};

/**
 * Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3: seconds or an HTTP date), at most
 * `retryAfterMaxMs`; null where there is none that can be read.
 */
export const retryAfter = (header: string | null, now: Ms): Ms | null => {
  const text = header?.trim() ?? '';
  const at = /^[A-Za-z]{3,9},? .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  // Shopify says `2.0`: https://shopify.dev/docs/api/usage/limits
  const ms = /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Math.ceil(Number(text) * 1000) : at - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), limits.retryAfterMaxMs);
};

const redirected = (location: string | null, call: Call): string => {
  const target = location && URL.canParse(location, call.url) ? new URL(location, call.url).host : '';
  const where = target === '' || holdsSecret(target, call.secrets) ? 'elsewhere' : `to ${target}`;
  return `a redirect ${where}, which is never followed so that credentials go nowhere else: correct baseUrl`;
};

const content = ({ body, form }: Call): { type: string; text: string } | null => {
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  return body === undefined ? null : { type: 'application/json', text: JSON.stringify(body) };
};

const build = (call: Call, version: string): Request => {
  const sent = content(call);
  return new Request(call.url, {
    method: call.method,
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      'user-agent': `hooksweep/${version}`,
      ...(sent === null ? {} : { 'content-type': sent.type }),
      ...call.headers,
    },
    ...(sent === null ? {} : { body: sent.text }),
  });
};

export const createHttp = (ports: {
  clock: Clock;
  /** Ours, for the `User-Agent`. */
  version: string;
  fetch?: typeof fetch;
  /** Ends every call. */
  signal?: AbortSignal;
}): Http => {
  const slots = createSlots(limits.callsAtOnceMax);
  const send = ports.fetch ?? fetch;

  const exchange = async (call: Call, request: Request, cancel: AbortSignal, overdue: AbortSignal): Promise<Answer> => {
    const hangUp = new AbortController();
    try {
      const response = await send(request, { signal: AbortSignal.any([cancel, overdue, hangUp.signal]) });
      const { status, headers } = response;
      const head: Head = { status, headers, retryAfterMs: retryAfter(headers.get('retry-after'), ports.clock.now()) };
      if (status >= 300 && status < 400)
        return { ...head, kind: 'unreadable', why: redirected(headers.get('location'), call) };
      const body = await readBody(response, () => cancel.throwIfAborted());
      if (body.kind === 'json') return { ...head, kind: 'answer', json: body.json };
      return {
        ...head,
        kind: 'unreadable',
        why: overdue.aborted ? `the body did not end within ${timeoutSeconds} s` : body.why,
      };
    } catch (error) {
      cancel.throwIfAborted();
      const { host } = new URL(call.url);
      return overdue.aborted
        ? { kind: 'lost', why: `no answer from ${host} within ${timeoutSeconds} s` }
        : failure(error, host);
    } finally {
      hangUp.abort();
    }
  };

  const timed = async (call: Call, request: Request, cancel: AbortSignal): Promise<Answer> => {
    const over = new AbortController();
    const overdue = new AbortController();
    // The sleep rejects only because the call is over.
    ports.clock.sleep(limits.callTimeoutMs, over.signal).then(
      () => overdue.abort(),
      () => undefined,
    );
    try {
      return await exchange(call, request, cancel, overdue.signal);
    } finally {
      over.abort();
    }
  };

  return {
    async call(call) {
      let request: Request;
      try {
        request = build(call, ports.version);
      } catch {
        return {
          kind: 'unsent',
          again: false,
          why: 'the URL or a header has characters that HTTP does not allow: check baseUrl and credentials',
        };
      }
      const cancel = AbortSignal.any([call.signal, ports.signal].filter((signal) => signal !== undefined));
      const release = await slots.take(call.account, cancel);
      try {
        return await timed(call, request, cancel);
      } finally {
        release();
      }
    },
  };
};
