import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localClients } from '../../infra/local/clients.ts';
import { startStack } from '../../infra/local/stack.ts';
import { readTemplate } from '../../infra/local/template.ts';
import numbers from '../../infra/numbers.json' with { type: 'json' };
import { limits } from '../../lib/limits.ts';
import { deployed, ofType } from './deployed.ts';

const openStack = async () => {
  const stack = await startStack(null);
  const clients = localClients(stack);
  onTestFinished(async () => {
    clients.dynamodb.destroy();
    clients.sqs.destroy();
    await stack.close();
  });
  return { stack, ...clients };
};

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the embedded stack', () => {
  it('has the very table that is deployed', async () => {
    const { stack, dynamodb } = await openStack();
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: stack.environment.TABLE_NAME }));
    const [table] = ofType(deployed(), 'AWS::DynamoDB::Table');
    const byName = (a: { IndexName?: string }, b: { IndexName?: string }) =>
      (a.IndexName ?? '').localeCompare(b.IndexName ?? '');
    const indexes = (Table?.GlobalSecondaryIndexes ?? []).toSorted(byName);

    expect(plain(Table?.KeySchema)).toEqual(table?.Properties.KeySchema);
    expect(indexes.map(({ IndexName, KeySchema, Projection }) => plain({ IndexName, KeySchema, Projection }))).toEqual(
      table?.Properties.GlobalSecondaryIndexes,
    );
    expect(Table?.AttributeDefinitions).toEqual(
      expect.arrayContaining(table?.Properties.AttributeDefinitions as unknown[]),
    );
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  });

  it('has the very queues that are deployed', async () => {
    const { stack, sqs } = await openStack();
    for (const { name, attributes } of readTemplate().queues.values()) {
      const QueueUrl = `${stack.endpoints.sqs}/000000000000/${name}`;
      const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      expect(answer.Attributes).toMatchObject(attributes);
    }
    const names = ofType(deployed(), 'AWS::SQS::Queue').map(({ Properties }) => String(Properties.QueueName));
    expect([...readTemplate().queues.values()].map(({ name }) => name.replace('-local-', '-dev-')).toSorted()).toEqual(
      names.toSorted(),
    );
  });

  it('gives the functions each variable that they get on AWS, but the policy file', () => {
    const local = Object.keys(readTemplate().environment((name) => name));
    for (const { Properties } of ofType(deployed(), 'AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).filter((name) => name !== 'POLICY_FILE')).toEqual(local);
    }
  });

  it('maps queues and schedules to the functions as on AWS', () => {
    const { mappings, schedules } = readTemplate();
    expect(mappings.map(({ function: name, queueUrl, batchSize }) => [name, queueUrl, batchSize])).toEqual([
      ['scanner', 'SCANS_QUEUE_URL', numbers.scansBatchSize],
      ['worker', 'JOBS_QUEUE_URL', numbers.jobsBatchSize],
    ]);
    expect(schedules).toEqual([
      { function: 'scanner', everyMs: 6 * 3_600_000, input: { kind: 'scan' } },
      { function: 'scanner', everyMs: 60_000, input: { kind: 'sweep' } },
    ]);
  });
});

describe('the numbers', () => {
  it('hide a message for six function timeouts, as Lambda asks for', () => {
    expect(numbers.jobsVisibilitySeconds).toBeGreaterThanOrEqual(6 * numbers.workerTimeoutSeconds);
    expect(numbers.scansVisibilitySeconds).toBeGreaterThanOrEqual(6 * numbers.scannerTimeoutSeconds);
  });

  it('leave a worker the time for a lease, for a list at its oldest and for one more call', () => {
    const needed = limits.scopeLeaseMs + limits.callTimeoutMs;
    expect(numbers.workerTimeoutSeconds * 1000).toBeGreaterThan(needed);
    expect(numbers.workerTimeoutSeconds * 1000).toBeGreaterThan(limits.listAgeMax + limits.callTimeoutMs);
    expect(limits.scopeLeaseMs).toBeGreaterThan(limits.callTimeoutMs);
  });

  it('let a short wait end before the message would come again by itself', () => {
    expect(numbers.jobsVisibilitySeconds * 1000).toBeGreaterThan(limits.shortWaitMs);
  });

  it('keep dead letters longer than the queues keep messages, and give jobs up when the limits say so', () => {
    expect(numbers.deadRetentionSeconds).toBeGreaterThan(numbers.queueRetentionSeconds);
    expect(numbers.jobsReceivesMax).toBe(limits.receivesMax);
  });

  it('hand a message out often enough before it is too old to be handed out', () => {
    const { jobsVisibilitySeconds, jobsReceivesMax, scansVisibilitySeconds, scansReceivesMax } = numbers;
    expect(numbers.queueRetentionSeconds).toBeGreaterThan(jobsVisibilitySeconds * jobsReceivesMax);
    expect(numbers.queueRetentionSeconds).toBeGreaterThan(scansVisibilitySeconds * scansReceivesMax);
  });

  it('leave a scan the time for all its questions to DNS, and a schedule no more events than it can make up for', () => {
    const rounds = limits.lookupsPerScanMax / limits.lookupsAtOnceMax;
    expect(numbers.scannerTimeoutSeconds * 1000).toBeGreaterThan(2 * rounds * limits.lookupTimeoutMs);
    expect(numbers.scheduleAgeSeconds).toBeGreaterThanOrEqual(60);
    expect(numbers.scheduleAgeSeconds).toBeLessThan(3600);
  });

  it('let a person wait for a list and one call more, and raise an alarm before anything lapses', () => {
    expect(numbers.byHandTimeoutSeconds * 1000).toBeGreaterThan(2 * limits.callTimeoutMs);
    expect(numbers.jobsAgeAlarmSeconds).toBeGreaterThan(numbers.jobsVisibilitySeconds);
    expect(numbers.jobsAgeAlarmSeconds).toBeLessThan(numbers.queueRetentionSeconds);
    expect(numbers.alarmPeriodSeconds * numbers.silencePeriods).toBeLessThan(numbers.jobsAgeAlarmSeconds);
  });

  it('stay within what AWS takes', () => {
    expect(numbers.workerTimeoutSeconds).toBeLessThanOrEqual(900);
    expect(numbers.scannerTimeoutSeconds).toBeLessThanOrEqual(900);
    expect(numbers.jobsVisibilitySeconds).toBeLessThanOrEqual(43_200);
    expect(numbers.deadRetentionSeconds).toBeLessThanOrEqual(1_209_600);
    expect(numbers.jobsBatchSize).toBeLessThanOrEqual(10);
    for (const concurrency of [numbers.jobsConcurrency, numbers.scansConcurrency]) {
      expect(concurrency).toBeGreaterThanOrEqual(2);
      expect(concurrency).toBeLessThanOrEqual(1000);
    }
  });
});
