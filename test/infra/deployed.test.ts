import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import numbers from '../../infra/numbers.json' with { type: 'json' };
import { deployed, ofType, templateFile } from './deployed.ts';

const functionNames = ['Scanner', 'Worker', 'Enqueue', 'Control', 'Audit'];

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

  it('is there before the schedule can start the scanner', () => {
    expect(deployed().ScannerLambdaFunction?.DependsOn).toContain('AuditTable');
    expect(JSON.stringify(ofType(deployed(), 'AWS::Scheduler::Schedule'))).toContain('ScannerLambdaFunction');
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
        Role: { 'Fn::Sub': `\${${name}Role.Arn}` },
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

  it('are woken every six hours to scan and every minute to sweep, by a role that may do nothing else', () => {
    const schedules = ofType(deployed(), 'AWS::Scheduler::Schedule').map(({ Properties }) => {
      const { Input, Arn, RoleArn } = Properties.Target as Record<'Input' | 'Arn' | 'RoleArn', unknown>;
      expect([Arn, RoleArn]).toEqual([
        { 'Fn::GetAtt': ['ScannerLambdaFunction', 'Arn'] },
        { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
      ]);
      return [Properties.ScheduleExpression, Properties.State, JSON.parse(String(Input))];
    });
    expect(schedules).toEqual([
      ['rate(6 hours)', 'ENABLED', { kind: 'scan' }],
      ['rate(1 minute)', 'ENABLED', { kind: 'sweep' }],
    ]);
    expect(ofType(deployed(), 'AWS::Events::Rule')).toEqual([]);
  });

  it('keep their logs for a bounded time, and no credential in their environment', () => {
    expect(ofType(deployed(), 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays)).toEqual(
      functionNames.map(() => 90),
    );
    for (const { Properties } of ofType(deployed(), 'AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).toSorted()).toEqual([
        'JOBS_DEAD_QUEUE_URL',
        'JOBS_QUEUE_URL',
        'NOTICES',
        'POLICY_FILE',
        'SCANS_QUEUE_URL',
        'SECRETS_PREFIX',
        'TABLE_NAME',
      ]);
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

  it('are encrypted, and alone in handing out jobs in order', () => {
    for (const { Properties } of ofType(deployed(), 'AWS::SQS::Queue'))
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    expect(deployed().JobsQueue?.Properties).toMatchObject({ FifoQueue: true, ContentBasedDeduplication: false });
    expect(deployed().ScansQueue?.Properties).not.toHaveProperty('FifoQueue');
  });
});

/** What raises each alarm: metric, comparison and threshold, and what no data means. */
const raised = {
  BudgetExhaustedAlarm: 'Hooksweep BudgetExhausted > 0, silence is good',
  CoverLostAlarm: 'Hooksweep CoverLost > 0, silence is good',
  CredentialFailuresAlarm: 'Hooksweep CredentialFailures > 0, silence is good',
  DeadLetteredAlarm: 'Hooksweep DeadLettered > 0, silence is good',
  JobsAgeAlarm: 'AWS/SQS ApproximateAgeOfOldestMessage > 3600, silence is good',
  JobsDeadAlarm: 'AWS/SQS ApproximateNumberOfMessagesVisible > 0, silence is good',
  NoticesFailedAlarm: 'Hooksweep NoticesFailed > 0, silence is good',
  ScannerErrorsAlarm: 'AWS/Lambda Errors > 0, silence is good',
  ScannerSilentAlarm: 'AWS/Lambda Invocations < 1, silence is bad',
  ScannerThrottlesAlarm: 'AWS/Lambda Throttles > 0, silence is good',
  ScansDeadAlarm: 'AWS/SQS ApproximateNumberOfMessagesVisible > 0, silence is good',
  ScansFailedAlarm: 'Hooksweep ScansFailed > 0, silence is good',
  ScansIncompleteAlarm: 'Hooksweep ScansIncomplete > 0, silence is good',
  ScansSilentAlarm: 'Hooksweep ScansCompleted < 1, silence is bad',
  ShrinkAlarm: 'Hooksweep ShrinkAlarms > 0, silence is good',
  StepsFailedAlarm: 'Hooksweep StepsFailed > 0, silence is good',
  WorkerErrorsAlarm: 'AWS/Lambda Errors > 0, silence is good',
  WorkerThrottlesAlarm: 'AWS/Lambda Throttles > 0, silence is good',
};

const alarms = () => Object.entries(deployed()).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');

describe('the alarms', () => {
  it('are there for each thing that a person has to know', () => {
    const words: Readonly<Record<string, string>> = {
      GreaterThanThreshold: '>',
      LessThanThreshold: '<',
      notBreaching: 'silence is good',
      breaching: 'silence is bad',
    };
    const found = alarms().map(([id, { Properties: p }]) => [
      id,
      `${p.Namespace} ${p.MetricName} ${words[String(p.ComparisonOperator)]} ${p.Threshold}, ${words[String(p.TreatMissingData)]}`,
    ]);
    expect(Object.fromEntries(found)).toEqual(raised);
  });

  it('go to the topic, say what is the matter, and look at things that are there', () => {
    const things = new Set([
      'JobsQueue',
      'JobsDeadQueue',
      'ScansDeadQueue',
      'hooksweep-dev-worker',
      'hooksweep-dev-scanner',
      'dev',
    ]);
    for (const [, { Properties }] of alarms()) {
      expect(Properties).toMatchObject({ AlarmActions: [{ Ref: 'NoticesTopic' }], ActionsEnabled: true });
      expect(String(Properties.AlarmDescription).length).toBeGreaterThan(30);
      const [{ Value }] = Properties.Dimensions as [{ Value: string | { 'Fn::GetAtt': [string, string] } }];
      expect(things).toContain(typeof Value === 'string' ? Value : Value['Fn::GetAtt'][0]);
    }
    expect(new Set(alarms().map(([, { Properties }]) => Properties.AlarmName)).size).toBe(alarms().length);
  });

  it('stand on a dashboard with what led to them', () => {
    const [dashboard] = ofType(deployed(), 'AWS::CloudWatch::Dashboard');
    const body = dashboard?.Properties.DashboardBody as { 'Fn::Sub': string };
    const { widgets } = JSON.parse(body['Fn::Sub']) as { widgets: unknown[] };
    expect(widgets).toHaveLength(5);
    const shown = JSON.stringify(widgets);
    for (const [, { Properties }] of alarms()) {
      if (Properties.MetricName !== 'Invocations') expect(shown).toContain(`"${Properties.MetricName}"`);
    }
  });
});

describe('the template', () => {
  it('holds these resources and no others', () => {
    const counts = Object.fromEntries(
      [...Map.groupBy(Object.values(deployed()), ({ Type }) => Type)].map(([type, group]) => [type, group.length]),
    );
    expect(counts).toEqual({
      'AWS::CloudWatch::Alarm': Object.keys(raised).length,
      'AWS::CloudWatch::Dashboard': 1,
      'AWS::DynamoDB::Table': 1,
      'AWS::IAM::ManagedPolicy': 3,
      'AWS::IAM::Role': functionNames.length + 1,
      'AWS::Lambda::EventInvokeConfig': 1,
      'AWS::Lambda::EventSourceMapping': 2,
      'AWS::Lambda::Function': functionNames.length,
      'AWS::Logs::LogGroup': functionNames.length,
      'AWS::S3::Bucket': 1,
      'AWS::S3::BucketPolicy': 1,
      'AWS::SNS::Topic': 1,
      'AWS::SQS::Queue': 4,
      'AWS::Scheduler::Schedule': 2,
    });
  });

  const { error } = spawnSync('cfn-lint', ['--version']);
  it.skipIf(error !== undefined)(
    'has nothing that cfn-lint would say',
    () => {
      const { stdout, stderr, status } = spawnSync('cfn-lint', [templateFile], { encoding: 'utf8' });
      expect([stdout, stderr, status]).toEqual(['', '', 0]);
    },
    120_000,
  );
});
