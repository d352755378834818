import { query, verify } from './audit.ts';
import { backtest } from './backtest.ts';
import { policy } from './policy.ts';
import { status } from './status.ts';
import { why } from './why.ts';

/** Changes nothing. */
export const read = { query, verify, status, why, policy, backtest } as const;
