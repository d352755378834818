import type { Verification } from '../../lib/audit/query.ts';
import type { Instance } from './instance.ts';
import { answered } from './runtime-api.ts';

/** What people ask of the functions that are for them, as the functions take it. */
const reason = 'reviewed';

export const approve = async (control: Instance, planId: string): Promise<void> => {
  answered(await control.invoke({ action: 'approve', targets: [planId], reason }));
};

export const stop = async (control: Instance) => answered(await control.invoke({ action: 'stop', reason }));

export const enqueue = async (by: Instance, webhook: { account: string; scope: string; webhookId: string }) =>
  answered<{ ok: boolean }>(await by.invoke({ ...webhook, step: 'delete', reason }));

type Records = { records: { webhookId: string; state: string }[] };
export const recordsOf = async (audit: Instance) => answered<Records>(await audit.invoke({})).records;

export const verify = async (audit: Instance) => answered<Verification>(await audit.invoke({ action: 'verify' }));
