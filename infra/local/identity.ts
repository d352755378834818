import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Where the embedded servers tell who they are. */
export const identityPath = '/identity';

/** Proves that a server knows the token, without telling it. */
export const proofOf = (token: string): string => createHash('sha256').update(`hooksweep ${token}`).digest('hex');

/**
 * The token is the access key: other users of the machine and pages in a browser reach 127.0.0.1 too, and neither server
 * checks signatures.
 */
export const isAuthorized = (headers: IncomingHttpHeaders, token: string): boolean =>
  headers.authorization?.includes(`Credential=${token}/`) ?? false;
