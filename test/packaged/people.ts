import { localRegion } from '../../infra/local/template.ts';
import type { Verification } from '../../lib/audit/verify.ts';
import { boundTo, prove } from '../../lib/caller/sign.ts';
import { alice } from '../caller/sts.ts';
import type { Instance } from './instance.ts';
import { answered } from './runtime-api.ts';
import type { Service } from './service.ts';

/** What people ask of the functions that are for them, as the functions take it. */
const reason = 'reviewed';

/** A request that its caller signed, as the command line does. */
const decide = async <T>({ sts: { url } }: Pick<Service, 'sts'>, enqueue: Instance, asked: object): Promise<T> => {
  const keys = { accessKeyId: alice.key, secretAccessKey: alice.secret };
  const caller = prove(keys, new URL(url), localRegion, boundTo('hooksweep-dev-enqueue', asked), Date.now());
  return answered<T>(await enqueue.invoke({ ...asked, caller }));
};

export const approve = async (world: Service, enqueue: Instance, planId: string): Promise<void> => {
  await decide(world, enqueue, { action: 'approve', targets: [planId], reason });
};

export const stop = async (control: Instance) => answered(await control.invoke({ action: 'stop', reason }));

export const enqueue = (world: Service, by: Instance, webhook: { account: string; scope: string; webhookId: string }) =>
  decide<{ record: string; state: string }>(world, by, { ...webhook, step: 'delete', reason });

/** What a restore would come to. */
export const restorable = (world: Service, by: Instance, record: string, secrets: Record<string, string>) =>
  decide<{ results: { ok: boolean; detail: string }[] }>(world, by, {
    ...{ action: 'restore', records: [record], secrets, reason, dryRun: true },
  });

type Records = { records: { record: string; webhookId: string; state: string }[] };
export const recordsOf = async (audit: Instance) => answered<Records>(await audit.invoke({})).records;

export const verify = async (audit: Instance) => answered<Verification>(await audit.invoke({ action: 'verify' }));
