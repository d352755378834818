import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageForAws } from '../../lib/policy/aws.ts';
import { parsePolicyDocument } from '../../lib/policy/packaged.ts';
import type { PolicyError } from '../../lib/policy/problem.ts';
import { definitions, policyText } from './definitions.ts';

const rights = { prefix: 'hooksweep/prod', topics: [{ Ref: 'NoticesTopic' }], notices: 'hooksweep-prod-notices' };

const packaged = async (text: string, over: Partial<typeof rights> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'hooksweep-aws-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'hooksweep.prod.yml');
  await writeFile(file, text);
  return packageForAws(file, definitions, { ...rights, ...over });
};
const withKey = (reference: string, file = '') =>
  policyText({ file }).replace('env:SHOP_KEY', JSON.stringify(reference));
const refusal = async (text: string, over?: Partial<typeof rights>) => {
  const error = await packaged(text, over).then(
    () => null,
    (reason: PolicyError) => reason,
  );
  return error?.problems.map(({ line, column, message, hint }) => ({ at: [line, column], message, hint })) ?? [];
};

describe('a policy for AWS', () => {
  it.each([
    'ssm:/hooksweep/prod/shop',
    'secretsmanager:hooksweep/prod/shop#secretKey',
    'secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:hooksweep/prod/shop-AbCdEf',
  ])('is packaged with its hash where its credentials are in reach: %s', async (reference) => {
    const policy = parsePolicyDocument(await packaged(withKey(reference)), 'packaged');
    expect(policy.accounts[0]?.credentials).toEqual({ secretKey: reference });
    expect(policy.hash).toMatch(/^sha256:/);
  });

  it('is refused where it would take a credential from the environment, with its place and what to write', async () => {
    expect(await refusal(policyText())).toEqual([
      {
        at: [6, 31],
        message: 'accounts[0].credentials.secretKey: the functions on AWS hold no credential in their environment',
        hint: expect.stringContaining(
          'write ssm:/hooksweep/prod/shop/secretKey or secretsmanager:hooksweep/prod/shop#secretKey',
        ),
      },
    ]);
  });

  it.each([
    'ssm:/hooksweep/dev/shop',
    'ssm:/hooksweep/production/shop',
    'ssm:/hooksweep/prod',
    'secretsmanager:hooksweep/dev/shop',
    'secretsmanager:other',
    'secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:other/hooksweep/prod/x',
  ])('is refused where no role reaches the credential: %s', async (reference) => {
    expect(await refusal(withKey(reference))).toMatchObject([
      {
        message: expect.stringContaining('hooksweep/prod/ only'),
        hint: expect.stringContaining('the parameter credentials'),
      },
    ]);
  });

  it.each(['ssm:/hooksweep/prod/_given/shop', 'secretsmanager:hooksweep/prod/_issued/shop'])(
    'is refused where people who decide could have the credential sent somewhere: %s',
    async (reference) => {
      expect(await refusal(withKey(reference))).toMatchObject([
        {
          message: expect.stringContaining('are the secrets of restores'),
          hint: expect.stringContaining('write ssm:'),
        },
      ]);
    },
  );

  it('is refused where it wants notices on a topic to which no role may publish', async () => {
    const own = 'arn:aws:sns:us-east-1:123456789012:hooksweep-prod-notices';
    const foreign = 'arn:aws:sns:us-east-1:123456789012:ops';
    const text = (arn: string) => withKey('ssm:/hooksweep/prod/shop', `notify: { sns: "${arn}" }`);
    expect(await refusal(text(own))).toEqual([]);
    expect(await refusal(text(foreign))).toMatchObject([
      { at: [7, 16], hint: expect.stringContaining('hooksweep-prod-notices') },
    ]);
    expect(await refusal(text(foreign), { topics: [foreign] as never })).toEqual([]);
  });

  it('hears all of its faults at once', async () => {
    expect(
      await refusal(policyText({ file: 'notify: { sns: "arn:aws:sns:us-east-1:123456789012:ops" }' })),
    ).toHaveLength(2);
  });
});
