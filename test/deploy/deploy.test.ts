import { describe, expect, it } from 'vitest';
import { entriesOf } from '../packaged/unzip.ts';
import { type Account, account } from './account.ts';
import { checkout } from './checkout.ts';

const policyFile = 'hooksweep.dev.yml';
const policy = JSON.stringify({
  version: 1,
  accounts: [
    {
      ...{ name: 'code', provider: 'github', environment: 'production' },
      credentials: { token: 'ssm:/hooksweep/dev/code/token' },
      options: { owner: 'sari-sari-demo', repos: ['checkout'] },
    },
  ],
  rules: { test: {} },
});

const ofType = ({ resources }: Account, type: string) => [...resources.values()].filter((one) => one.type === type);
const idsOf = (aws: Account, type: string): readonly string[] => ofType(aws, type).map(({ id }) => id);

/** What the functions of the account were created from, by function name. */
const codeOf = async (aws: Account) => {
  const [bucket = ''] = idsOf(aws, 'AWS::S3::Bucket');
  const functions = ofType(aws, 'AWS::Lambda::Function').map(async ({ id, resource: { Properties = {} } }) => {
    const { S3Key } = Properties.Code as { S3Key: string };
    const entries = entriesOf((await aws.read(bucket, S3Key)) ?? Buffer.alloc(0));
    return {
      id,
      handler: String(Properties.Handler),
      files: new Map(entries.map(({ name, content }) => [name, content])),
    };
  });
  return Promise.all(functions);
};

const functionNames = ['scanner', 'worker', 'enqueue', 'control', 'audit'].map((name) => `hooksweep-dev-${name}`);

describe('osls deploy and osls remove', () => {
  it('create and remove the whole stack, by one command each, and leave the table', { timeout: 180_000 }, async () => {
    const aws = await account();
    const { write, run } = checkout(aws.url);
    write(policyFile, policy);
    const { code, output } = await run('osls', ['deploy']);
    expect([code, output]).toEqual([0, expect.stringContaining('Service deployed to stack hooksweep-dev')]);

    expect([...aws.stacks].map(([name, { status }]) => [name, status])).toEqual([['hooksweep-dev', 'UPDATE_COMPLETE']]);
    expect(idsOf(aws, 'AWS::Lambda::Function').toSorted()).toEqual(functionNames.toSorted());
    expect(idsOf(aws, 'AWS::DynamoDB::Table')).toEqual(['hooksweep-dev-audit']);
    for (const queue of ['jobs.fifo', 'jobs-dead.fifo', 'scans', 'scans-dead'])
      expect(idsOf(aws, 'AWS::SQS::Queue')).toContain(`hooksweep-dev-${queue}`);

    for (const { id, handler, files } of await codeOf(aws)) {
      const folder = handler.split('/').slice(0, -1).join('/');
      expect([id, [...files.keys()].filter((name) => !name.startsWith(`${folder}/`))]).toEqual([id, []]);
      expect([...files.keys()]).toContain(`${folder}/index.mjs`);
      const { accounts } = JSON.parse(String(files.get(`${folder}/hooksweep.policy.json`)));
      expect(accounts).toMatchObject([{ name: 'code', mode: 'report' }]);
    }

    const removed = await run('osls', ['remove']);
    expect(removed).toMatchObject({ code: 0 });
    expect([[...aws.stacks.keys()], [...aws.resources.values()].map(({ id }) => id)]).toEqual([
      [],
      ['hooksweep-dev-audit'],
    ]);

    const again = await run('osls', ['deploy', '--package', '.serverless']);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('hooksweep-dev-audit already exists') });
  });
});
