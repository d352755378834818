import { query, verify } from './audit.ts';
import { policy } from './policy.ts';
import { status } from './status.ts';
import { why } from './why.ts';

/** Changes nothing. */
export const read = { query, verify, status, why, policy } as const;
