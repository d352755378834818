import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { auditRecords, type Unreadable, verifyRecords } from '../lib/audit/query.ts';
import { states } from '../lib/audit/states.ts';
import { readOnlyTable } from '../lib/audit/table.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

const time = v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse));
const filter = v.strictObject({
  account: v.optional(v.string()),
  provider: v.optional(v.string()),
  environment: v.optional(v.picklist(['sandbox', 'production'])),
  webhook: v.optional(v.string()),
  url: v.optional(v.string()),
  host: v.optional(v.string()),
  state: v.optional(v.union([v.picklist(states), v.array(v.picklist(states))])),
  rule: v.optional(v.string()),
  guard: v.optional(v.string()),
  actor: v.optional(v.string()),
  plan: v.optional(v.string()),
  since: v.optional(time),
  until: v.optional(time),
});
const request = v.strictObject({
  action: v.optional(v.picklist(['query', 'verify', 'policy']), 'query'),
  filter: v.optional(filter, {}),
});

/**
 * Answers from the audit table: `{ action?: 'query' | 'verify', filter?: {…} }`, times in ISO 8601, and `{ action: 'policy' }`
 * with the policy that this stack works by, whose credentials are references. Only reads.
 */
export const auditHandler = (makePorts: MakePorts) => async (event: unknown, context: Context) => {
  const { action, filter: asked } = v.parse(request, event);
  const { table, clock, policy } = await makePorts(`aws:${context.invokedFunctionArn}`);
  if (action === 'policy') return { policy };
  if (action === 'verify') return verifyRecords(table, asked, clock.now());
  const unreadable: Unreadable[] = [];
  const records = await auditRecords(table, asked, clock.now(), (found) => void unreadable.push(found));
  return { records, ...(unreadable.length > 0 && { unreadable }) };
};

export const handler = auditHandler(lambdaPorts({ table: readOnlyTable }));
