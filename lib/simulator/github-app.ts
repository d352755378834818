import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { Ms } from '../clock.ts';

type App = Readonly<{ appId: string; installationId: string; privateKey: string }>;

let app: App | undefined;

/**
 * Credentials of the GitHub App that every simulated GitHub of this process knows, beside its token. The key is made
 * when it is first asked for: it takes about a tenth of a second.
 */
export const githubAppCredentials = (): App => {
  app ??= {
    appId: '424242',
    installationId: '77001122',
    privateKey: generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey,
  };
  return app;
};

const decoded = (part: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  } catch {
    // What cannot be read has no claims, and is refused for that.
    return {};
  }
};

/** Whether a bearer token is a JWT of that app: RS256, issued by it, valid now and for at most ten minutes. */
export const isAppToken = (token: string, now: Ms): boolean => {
  if (app === undefined) return false;
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { iss, iat, exp } = decoded(claims);
  const key = createPublicKey(app.privateKey);
  const signed = verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
  const seconds = now / 1000;
  const timely = Number(iat) <= seconds && Number(exp) > seconds && Number(exp) - seconds <= 600;
  return signed && decoded(head).alg === 'RS256' && String(iss) === app.appId && timely;
};
