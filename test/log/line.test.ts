import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../lib/jobs/ports.ts';
import { logLine } from '../../lib/log/line.ts';
import { type MetricName, metricNamespace, metrics } from '../../lib/log/metrics.ts';

const now = Date.parse('2026-11-02T08:00:00Z');
const context = { stage: 'dev', function: 'worker', requestId: '6f1c' };
const lineOf = (event: LogEvent, secrets: readonly string[] = []) => logLine(event, context, now, secrets);

/** From the specification of the embedded metric format, section "Schema". */
const metadata = {
  type: 'object',
  required: ['Timestamp', 'CloudWatchMetrics'],
  properties: {
    Timestamp: { type: 'integer', minimum: 0 },
    CloudWatchMetrics: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['Namespace', 'Dimensions', 'Metrics'],
        additionalProperties: false,
        properties: {
          Namespace: { type: 'string', minLength: 1, maxLength: 1024 },
          Dimensions: {
            type: 'array',
            minItems: 1,
            items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
          },
          Metrics: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              type: 'object',
              required: ['Name'],
              additionalProperties: false,
              properties: { Name: { type: 'string', minLength: 1, maxLength: 1024 }, Unit: { enum: ['Count'] } },
            },
          },
        },
      },
    },
  },
};
const isEmbedded = new Ajv().compile({
  type: 'object',
  required: ['_aws'],
  properties: { _aws: metadata },
});

type Embedded = {
  _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
} & Record<string, unknown>;

describe('a line of the log', () => {
  it('is one JSON object with time, level, stage, request id and all that is said', () => {
    const line = lineOf({ level: 'info', message: 'deleted', account: 'shop', plan: 'sha256:1', job: 'shop#a#1' });
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      time: '2026-11-02T08:00:00.000Z',
      level: 'info',
      message: 'deleted',
      ...context,
      ...{ account: 'shop', plan: 'sha256:1', job: 'shop#a#1' },
    });
  });

  it('stays on one line whatever a text holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = lineOf({ level: 'warn', message: text, detail: text });
        expect(line).not.toMatch(/[\n\r]/);
        expect(typeof JSON.parse(line).message).toBe('string');
      }),
    );
  });

  it('holds no credential, in whatever member and however often', () => {
    const secret = fc.stringMatching(/^sk_[A-Za-z0-9"\\]{12,40}$/);
    fc.assert(
      fc.property(secret, fc.string(), (key, around) => {
        const text = `${around}${key}${around}${key}`;
        const line = lineOf({ level: 'error', message: text, account: text, webhookId: text, detail: text }, [key]);
        expect(JSON.stringify(JSON.parse(line))).not.toContain(JSON.stringify(key).slice(1, -1));
      }),
    );
  });

  it('holds no secret of a URL that an error quotes', () => {
    const detail = 'TypeError: fetch failed for https://bob:pa55@api.example/hooks?token=abcdefgh and no more';
    const line = lineOf({ level: 'error', message: 'a scan failed', detail });
    expect(line).not.toMatch(/pa55|abcdefgh/);
    expect(line).toContain('api.example/hooks');
  });
});

describe('the metrics on a line', () => {
  const counted = (count: LogEvent['count'], account?: string) =>
    JSON.parse(
      lineOf({ level: 'info', message: 'x', ...(account && { account }), ...(count && { count }) }),
    ) as Embedded;

  it('follow the specification, with a value and each dimension as a member of its own', () => {
    for (const name of Object.keys(metrics) as MetricName[]) {
      const document = counted({ [name]: 3, ScansFailed: 1 }, 'shop');
      expect(isEmbedded(document), JSON.stringify(isEmbedded.errors)).toBe(true);
      const [directive] = document._aws.CloudWatchMetrics;
      expect(directive?.Namespace).toBe(metricNamespace);
      for (const { Name } of directive?.Metrics ?? []) expect(document[Name]).toEqual(expect.any(Number));
      for (const dimension of directive?.Dimensions.flat() ?? [])
        expect(document[dimension]).toEqual(expect.any(String));
    }
  });

  it('are told by stage, and by account where there is one', () => {
    const dimensions = (document: Embedded) => document._aws.CloudWatchMetrics[0]?.Dimensions;
    expect(dimensions(counted({ StepsDeleted: 1 }, 'shop'))).toEqual([['Stage'], ['Stage', 'Account']]);
    expect(dimensions(counted({ StepsDeleted: 1 }))).toEqual([['Stage']]);
  });

  it('are not there where nothing is counted', () => {
    expect(counted(undefined)).not.toHaveProperty('_aws');
    expect(counted({})).not.toHaveProperty('_aws');
  });
});
