import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { invocationContext } from '../../infra/local/event.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Arena, batchSize, idempotencyTable, type Site } from './arena.ts';
import { eventOf } from './ours.ts';

type Listed = { id: number | string; callbackUrl?: string; webhookUrl?: string };

const authorization = ({ token }: Site) => ({ authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` });

const getWebhooks = async (site: Site): Promise<Listed[]> => {
  const response = await fetch(`${site.account.baseUrl}/v1/webhooks`, { headers: authorization(site) });
  if (!response.ok) throw new Error(`list: ${response.status}`);
  return ((await response.json()) as { webhooks: Listed[] }).webhooks;
};

const deleteWebhook = async (site: Site, id: string): Promise<void> => {
  const url = `${site.account.baseUrl}/v1/webhooks/${id}`;
  const response = await fetch(url, { method: 'DELETE', headers: authorization(site) });
  if (!response.ok) throw new Error(`delete ${id}: ${response.status}`);
};

/** The audited deletion that Modulus's own documentation shows: list, delete, write down what it was. */
const deleteWithAudit = async ({ clients, stack }: Arena, site: Site, id: string): Promise<void> => {
  const webhook = (await getWebhooks(site)).find((one) => String(one.id) === id);
  await deleteWebhook(site, id);
  const Item = marshall(
    {
      pk: `audit#${site.account.name}#${id}`,
      sk: 'deleted',
      action: 'deleted',
      webhookUrl: webhook?.callbackUrl ?? webhook?.webhookUrl ?? null,
      deletedAt: new Date().toISOString(),
      deletedBy: 'bench',
    },
    { removeUndefinedValues: true },
  );
  await clients.dynamodb.send(new PutItemCommand({ TableName: stack.environment.TABLE_NAME, Item }));
};

const testWebhooks = async (site: Site): Promise<string[]> => {
  const isTest = (url = '') => url.includes('localhost') || url.includes('ngrok') || url.includes('test');
  return (await getWebhooks(site))
    .filter(({ callbackUrl, webhookUrl }) => isTest(callbackUrl ?? webhookUrl))
    .map(({ id }) => String(id));
};

/** The documentation's clean-up: finds the test webhooks of each account and deletes one after the other. */
export const sequentially = async (arena: Arena): Promise<void> => {
  for (const site of arena.sites) for (const id of await testWebhooks(site)) await deleteWithAudit(arena, site, id);
};

/** The same deletion behind Powertools: batches of a FIFO queue, each message once. Accounts go side by side. */
export const withPowertools = async (arena: Arena): Promise<void> => {
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: idempotencyTable,
    awsSdkV3Client: arena.clients.dynamodb,
  });
  const sites = new Map(arena.sites.map((site) => [site.account.name, site]));
  const config = new IdempotencyConfig({});
  const remove = makeIdempotent(
    async ({ account, id }: { account: string; id: string }) => {
      await deleteWithAudit(arena, sites.get(account) as Site, id);
      return { id };
    },
    { persistenceStore, config },
  );
  const work = async (site: Site) => {
    const own = new SqsFifoPartialProcessorAsync();
    const ids = await testWebhooks(site);
    for (let at = 0; at < ids.length; at += batchSize) {
      const bodies = ids.slice(at, at + batchSize).map((id) => ({ account: site.account.name, id }));
      const context = invocationContext('powertools', 120_000, systemClock);
      config.registerLambdaContext(context);
      const handle = async ({ body }: SQSRecord) => remove(JSON.parse(body));
      const answer = await processPartialResponse(eventOf(bodies, site.account.name), handle, own, { context });
      if (answer.batchItemFailures.length > 0) throw new Error(`${answer.batchItemFailures.length} deletions failed`);
    }
  };
  await Promise.all(arena.sites.map(work));
};
