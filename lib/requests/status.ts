import * as v from 'valibot';
import { statusOf } from '../jobs/status.ts';
import { request } from './request.ts';

export const status = request(v.strictObject({}), async (ports) =>
  statusOf(ports, (await ports.deadLetters?.()) ?? null),
);
