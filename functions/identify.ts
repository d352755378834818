import { stsEndpoint } from '../lib/caller/sign.ts';
import { type Identify, identifyAt } from '../lib/caller/verify.ts';

/** Asks STS of the function's own region. */
export const identify: Identify = (proof, bound) =>
  identifyAt(stsEndpoint(process.env, process.env.AWS_REGION ?? 'us-east-1'))(proof, bound);
