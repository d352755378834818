import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entriesOf } from '../packaged/unzip.ts';
import { type Account, account } from './account.ts';
import { checkout } from './checkout.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
const lines = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
/** A command as the page has it. */
const command = (name: string): string =>
  lines.find((line) => line.startsWith(`npx ${name}`))?.slice('npx '.length) ?? '';

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
    const { edit, run } = checkout(aws.url);
    const [init = '', deploy = '', remove = ''] = ['hooksweep init', 'osls deploy', 'osls remove'].map(command);
    expect(await run(init)).toMatchObject({ code: 0 });
    edit('hooksweep.dev.yml', 'env:GITHUB_TOKEN', 'ssm:/hooksweep/dev/github-sandbox/token');
    const { code, output } = await run(deploy);
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
      expect(accounts).toMatchObject([{ name: 'github-sandbox', mode: 'report' }]);
    }

    const removed = await run(remove);
    expect(removed).toMatchObject({ code: 0 });
    expect([[...aws.stacks.keys()], [...aws.resources.values()].map(({ id }) => id)]).toEqual([
      [],
      ['hooksweep-dev-audit'],
    ]);

    const again = await run(`${deploy} --package .serverless`);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('hooksweep-dev-audit already exists') });
  });
});
