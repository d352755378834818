import { fileURLToPath } from 'node:url';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { type Attribute, type Reference, type Resources, readServerlessFile } from './serverless-file.ts';

/** A queue as SQS's CreateQueue takes it. */
export type QueueDefinition = { name: string; attributes: Record<string, string> };

/** One SQS event of a function. `queueUrl` names the variable of the environment that holds the queue's URL. */
export type MappingDefinition = {
  function: string;
  queueUrl: string;
  arn: string;
  batchSize: number;
  concurrency: number;
  timeoutMs: number;
};

export type ScheduleDefinition = { function: string; everyMs: number; input: unknown };

/** What serverless.yml and infra/*.yml define, as the embedded stack takes it: the two cannot drift apart. */
export type Template = {
  table: CreateTableCommandInput;
  /** By logical id. */
  queues: ReadonlyMap<string, QueueDefinition>;
  /** What every function finds in its environment, given the URL of each queue by its name. */
  environment(urlOf: (queueName: string) => string): Record<string, string>;
  mappings: readonly MappingDefinition[];
  schedules: readonly ScheduleDefinition[];
};

export const localRegion = 'us-east-1';
export const localAccount = '000000000000';

const queueArn = (name: string): string => `arn:aws:sqs:${localRegion}:${localAccount}:${name}`;

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, resource]) => resource.Type === type);

/** Encryption and point-in-time recovery need no imitation, and deletion protection would only bind this process. */
const tableOf = (resources: Resources): CreateTableCommandInput => {
  const [table] = ofType(resources, 'AWS::DynamoDB::Table');
  if (!table) throw new Error('serverless.yml: no table is defined');
  const { PointInTimeRecoverySpecification, SSESpecification, DeletionProtectionEnabled, ...input } =
    table[1].Properties;
  return input as unknown as CreateTableCommandInput;
};

const queuesOf = (resources: Resources): Map<string, QueueDefinition> => {
  const arnOf = (logicalId: string) => queueArn(String(resources[logicalId]?.Properties.QueueName));
  const inlineArn = (_key: string, member: unknown) => {
    const target = (member as Partial<Attribute> | null)?.['Fn::GetAtt'];
    return target ? arnOf(target[0]) : member;
  };
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value, inlineArn) : String(value));

  return new Map(
    ofType(resources, 'AWS::SQS::Queue').map(([logicalId, { Properties }]) => {
      const { QueueName, ...properties } = Properties;
      const attributes = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, text(value)]));
      return [logicalId, { name: String(QueueName), attributes }];
    }),
  );
};

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const rateMs = (rate: string): number => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  if (!count || !unit) throw new Error(`serverless.yml: ${rate} is not a rate that the embedded stack knows`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
};

const variableOf = (environment: Record<string, Reference | string>, logicalId: string): string => {
  const isIt = (value: Reference | string) => typeof value !== 'string' && value.Ref === logicalId;
  const name = Object.entries(environment).find(([, value]) => isIt(value))?.[0];
  if (!name) throw new Error(`serverless.yml: no variable of provider.environment refers to ${logicalId}`);
  return name;
};

export const templateFile = fileURLToPath(new URL('../../serverless.yml', import.meta.url));

export const readTemplate = (file = templateFile): Template => {
  const { provider, functions, resources: parts } = readServerlessFile(file);
  const resources: Resources = Object.assign({}, ...parts.map((part) => part.Resources));
  const table = tableOf(resources);
  const queues = queuesOf(resources);
  const events = Object.entries(functions).flatMap(([name, { timeout, events = [] }]) =>
    events.map((event) => ({ function: name, timeoutMs: timeout * 1000, ...event })),
  );
  return {
    table,
    queues,
    environment: (urlOf) =>
      Object.fromEntries(
        Object.entries(provider.environment).map(([name, value]) => {
          if (typeof value === 'string') return [name, value];
          const queue = queues.get(value.Ref);
          return [name, queue ? urlOf(queue.name) : String(table.TableName)];
        }),
      ),
    mappings: events.flatMap(({ function: name, timeoutMs, sqs }) => {
      if (!sqs) return [];
      const [logicalId] = sqs.arn['Fn::GetAtt'];
      const queueUrl = variableOf(provider.environment, logicalId);
      const arn = queueArn(queues.get(logicalId)?.name ?? '');
      return {
        function: name,
        queueUrl,
        arn,
        batchSize: sqs.batchSize,
        concurrency: sqs.maximumConcurrency,
        timeoutMs,
      };
    }),
    schedules: events.flatMap(({ function: name, schedule }) =>
      (schedule?.rate ?? []).map((rate) => ({ function: name, everyMs: rateMs(rate), input: schedule?.input })),
    ),
  };
};
