import { describe, expect, it } from 'vitest';
import numbers from '../../infra/numbers.json' with { type: 'json' };
import { deployed, ofType } from './deployed.ts';

type Statement = { Effect: string; Action: string | string[]; Resource: unknown };

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const functionNames = ['Scanner', 'Worker', 'Enqueue', 'Control', 'Audit'];

const statementsOf = (role: string): Statement[] => {
  const policies = deployed()[`${role}Role`]?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};

/** `service:Action on Resource` for each action, the resource by its logical id. */
const grants = (role: string): string[] =>
  statementsOf(role).flatMap(({ Action, Resource }) =>
    list(Action).flatMap((action) =>
      list(Resource).map((resource) => {
        const { 'Fn::GetAtt': attribute, Ref, 'Fn::Sub': text } = resource as Record<string, string | string[]>;
        return `${action} on ${attribute?.[0] ?? Ref ?? text}`;
      }),
    ),
  );

const withoutLogs = (role: string): string[] =>
  grants(role)
    .filter((grant) => !grant.startsWith('logs:'))
    .toSorted();

const read = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'].flatMap((action) => [
  `${action} on \${AuditTable.Arn}/index/due`,
  `${action} on \${AuditTable.Arn}/index/time`,
  `${action} on AuditTable`,
]);
const byHand = [
  ...read,
  'dynamodb:PutItem on AuditTable',
  'sqs:GetQueueAttributes on JobsQueue',
  'sqs:SendMessage on JobsQueue',
];

describe('the table', () => {
  it('survives the stack, cannot be deleted by mistake, can be wound back and is encrypted', () => {
    const [table, ...others] = ofType(deployed(), 'AWS::DynamoDB::Table');
    expect(others).toEqual([]);
    expect(table).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
    expect(table?.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });
});

describe('the functions', () => {
  it('run on Node 24 on arm64, each from its own bundle with its own role and policy file', () => {
    for (const name of functionNames) {
      const folder = name.toLowerCase();
      expect(deployed()[`${name}LambdaFunction`]?.Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: `dist/${folder}/index.handler`,
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        Environment: { Variables: { POLICY_FILE: `/var/task/dist/${folder}/hooksweep.policy.json` } },
      });
    }
    expect(ofType(deployed(), 'AWS::Lambda::Function')).toHaveLength(functionNames.length);
  });

  it('take jobs in batches, failing one by one, at a bounded concurrency', () => {
    expect(deployed().WorkerEventSourceMappingSQSJobsQueue?.Properties).toMatchObject({
      BatchSize: numbers.jobsBatchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: numbers.jobsConcurrency },
    });
  });

  it('are woken every six hours to scan and every minute to sweep', () => {
    const rules = ofType(deployed(), 'AWS::Events::Rule').map(({ Properties }) => {
      const [target] = Properties.Targets as { Input: string }[];
      return [Properties.ScheduleExpression, JSON.parse(target?.Input ?? '')];
    });
    expect(rules).toEqual([
      ['rate(6 hours)', { kind: 'scan' }],
      ['rate(1 minute)', { kind: 'sweep' }],
    ]);
  });
});

describe('the roles', () => {
  it('of the audit can read the table and do nothing else', () => {
    expect(withoutLogs('Audit')).toEqual(read.toSorted());
  });

  it('of enqueue and control can write records and send jobs, and hold no credential of a provider', () => {
    expect(withoutLogs('Enqueue')).toEqual(byHand.toSorted());
    expect(withoutLogs('Control')).toEqual(byHand.toSorted());
  });

  it('of the worker takes jobs, and of the scanner drains the dead ones', () => {
    expect(grants('Worker')).toContain('sqs:ChangeMessageVisibility on JobsQueue');
    expect(grants('Worker')).not.toContain('sqs:SendMessage on ScansQueue');
    expect(grants('Scanner')).toContain('sqs:DeleteMessage on JobsDeadQueue');
    expect(grants('Scanner')).not.toContain('sqs:ReceiveMessage on JobsQueue');
  });

  it('name each action, never delete or update in place, and name each resource of ours', () => {
    for (const grant of functionNames.flatMap(grants)) {
      expect(grant).not.toMatch(/^[^ ]*\*/);
      expect(grant).not.toMatch(/^dynamodb:(Delete|Update|Scan|BatchWrite)/);
      expect(grant).not.toMatch(/ on (\*|undefined)$/);
    }
  });

  it('write only to their own log group', () => {
    for (const name of functionNames) {
      const groups = grants(name).filter((grant) => grant.startsWith('logs:'));
      expect(groups).toHaveLength(2);
      for (const group of groups)
        expect(group).toContain(`log-group:/aws/lambda/hooksweep-dev-${name.toLowerCase()}:*`);
    }
  });
});

describe('the queues', () => {
  it('give a message up to a dead-letter queue of the same kind', () => {
    for (const name of ['Jobs', 'Scans']) {
      const source = deployed()[`${name}Queue`]?.Properties;
      expect(source).toMatchObject({
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [`${name}DeadQueue`, 'Arn'] } },
      });
      expect(deployed()[`${name}DeadQueue`]?.Properties.FifoQueue).toBe(source?.FifoQueue);
    }
  });

  it('have an alarm for what was given up', () => {
    const watched = ofType(deployed(), 'AWS::CloudWatch::Alarm').map(({ Properties }) => JSON.stringify(Properties));
    for (const name of ['JobsDeadQueue', 'ScansDeadQueue']) expect(watched.join()).toContain(name);
  });
});
