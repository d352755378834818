/**
 * The metrics of hooksweep: counts that ride on log lines in CloudWatch's embedded metric format, so that no call is made for
 * them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const metricNamespace = 'Hooksweep';

/** Each with what one of it is. All are counts; `infra/alarms.yml` names them. */
export const metrics = {
  ScansCompleted: 'scopes that a scan read whole and believed',
  ScansIncomplete: 'scopes that a scan could not believe',
  ScansFailed: 'scopes that a scan could not read, and scans that broke off',
  ShrinkAlarms: 'scopes that shrank by more than `limits.shrink` since the last good scan',
  CredentialFailures: 'accounts whose credential was refused or could not be had',
  Proposed: 'webhooks newly proposed',
  StepsDisabled: 'webhooks proved to be switched off by us',
  StepsDeleted: 'webhooks proved to be deleted by us',
  StepsFailed: 'cleanups that ended as failed',
  CoverLost: 'deletions after which nobody receives an event any more',
  BudgetExhausted: 'steps that wait for tomorrow because `limits.perDay` is used up',
  DeadLettered: 'jobs that were given up',
  NoticesFailed: 'notices that were not accepted; what they announce waits',
} as const;
export type MetricName = keyof typeof metrics;
export type Counts = Readonly<Partial<Record<MetricName, number>>>;

/** By stage alone for alarms, by stage and account for a closer look. */
const dimensionSets = (account: string | undefined): string[][] =>
  account === undefined ? [['Stage']] : [['Stage'], ['Stage', 'Account']];

/** Members that make a log line a document in the embedded metric format. `now` in milliseconds since 1970. */
export const embedded = (counts: Counts, stage: string, account: string | undefined, now: number) => ({
  _aws: {
    Timestamp: now,
    CloudWatchMetrics: [
      {
        Namespace: metricNamespace,
        Dimensions: dimensionSets(account),
        Metrics: Object.keys(counts).map((Name) => ({ Name, Unit: 'Count' })),
      },
    ],
  },
  Stage: stage,
  ...(account !== undefined && { Account: account }),
  ...counts,
});
