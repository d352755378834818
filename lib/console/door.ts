import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler, Context as Request } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import type { Random } from '../clock.ts';
import { limits } from '../limits.ts';

export type Env = { Variables: { session: string } };

export type DoorSettings = {
  /** `127.0.0.1:PORT`, the only name under which it answers. */
  host: string;
  /** Begins every path, ends in `/`, and is random: browsers send cookies to all ports of a host, but not to other paths. */
  base: string;
  /** What the printed URL carries. */
  token: string;
  random: Pick<Random, 'token'>;
};

const cookieName = 'hooksweep';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** The pages run their own script and style, ask only this console, and send forms only here. */
const policy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
  trustedTypes: ["'none'"],
};

const headers = secureHeaders({
  contentSecurityPolicy: policy,
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  // There is no TLS on loopback that it could ask for.
  strictTransportSecurity: false,
});

const refused = (c: Request, status: 403 | 405 | 413 | 421, why: string) => c.text(`${why}\n`, status);

/** Under `Referrer-Policy: no-referrer` a browser sends our own forms with the origin `null`; where they come from says the other. */
const comesFromHere = (c: Request, host: string): boolean => {
  const [origin, site] = [c.req.header('origin'), c.req.header('sec-fetch-site')];
  if (site === undefined) return origin === `http://${host}`;
  return site === 'same-origin' && (origin === undefined || origin === 'null' || origin === `http://${host}`);
};

const wayIn = 'Open the address that `hooksweep console` printed.';

/**
 * What every request has to pass, in this order: the right host, a method that there is, a form of our own pages, and the
 * session's cookie, which the token of the printed URL is exchanged for.
 */
export const door = ({ host, base, token, random }: DoorSettings): MiddlewareHandler<Env>[] => {
  const key = `${random.token()}${random.token()}`;

  const place: MiddlewareHandler<Env> = async (c, next) => {
    c.header('Cache-Control', 'no-store');
    if (c.req.header('host') !== host) return refused(c, 421, `This is ${host} and nobody else.`);
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return refused(c, 405, 'There is no such method.');
    if (method === 'POST' && !comesFromHere(c, host)) return refused(c, 403, 'This form is not from here.');
    return next();
  };

  const identity: MiddlewareHandler<Env> = async (c, next) => {
    const given = c.req.query('token');
    if (given !== undefined && c.req.method !== 'POST' && c.req.path === base) {
      if (!sameSecret(given, token)) return refused(c, 403, wayIn);
      const options = { httpOnly: true, sameSite: 'Strict', path: base } as const;
      await setSignedCookie(c, cookieName, random.token(), key, options);
      return c.redirect(base, 303);
    }
    const session = await getSignedCookie(c, key, cookieName);
    if (!session) return refused(c, 403, wayIn);
    c.set('session', session);
    return next();
  };

  const maxSize = limits.consoleFormBytesMax;
  const size = bodyLimit({ maxSize, onError: (c) => refused(c, 413, `A form has at most ${maxSize} bytes.`) });

  return [headers, place, identity, size];
};
