import * as v from 'valibot';
import { request } from './request.ts';

/** The policy that is in force, whose credentials are references. */
export const policy = request(v.strictObject({}), async (ports) => ({ policy: ports.policy }));
