import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entriesOf } from '../../infra/unzip.ts';
import { temporaryFolder } from '../infra/folder.ts';
import { unzip } from '../packaged/unzip.ts';
import { type Account, account } from './account.ts';
import { checkout } from './checkout.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
const lines = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
/** A command as the page has it. */
const command = (name: string): string =>
  lines.find((line) => line.startsWith(`npx ${name}`))?.slice('npx '.length) ?? '';

/** What the page writes under `params` to go on with the table that was left. */
const [, parameters = ''] = /```yaml\n( {2}dev: .*\n)```/.exec(page) ?? [];

const ofType = ({ resources }: Account, type: string) => [...resources.values()].filter((one) => one.type === type);
const idsOf = (aws: Account, type: string): readonly string[] => ofType(aws, type).map(({ id }) => id);

const objectOf = async (aws: Account, key: string): Promise<Buffer> => {
  const [bucket = ''] = idsOf(aws, 'AWS::S3::Bucket');
  return (await aws.read(bucket, key)) ?? Buffer.alloc(0);
};

/** What the functions of the account were created from, by function name. */
const codeOf = async (aws: Account) => {
  const functions = ofType(aws, 'AWS::Lambda::Function').map(async ({ id, resource: { Properties = {} } }) => {
    const { S3Key } = Properties.Code as { S3Key: string };
    const zip = await objectOf(aws, S3Key);
    const entries = entriesOf(zip);
    return {
      ...{ id, key: S3Key, zip },
      handler: String(Properties.Handler),
      files: new Map(entries.map(({ name, content }) => [name, content])),
    };
  });
  return Promise.all(functions);
};

const resourcesOf = ({ stacks }: Account) => stacks.get('hooksweep-dev')?.template?.Resources ?? {};
/** As text, but for the folder in the bucket, which is each deployment's own. */
const withoutFolder = (resources: ReturnType<typeof resourcesOf>): string =>
  JSON.stringify(resources).replaceAll(/serverless\/hooksweep\/dev\/[^/"]+/g, 'FOLDER');

const functionNames = ['scanner', 'worker', 'enqueue', 'control', 'audit'].map((name) => `hooksweep-dev-${name}`);

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
/** The end of the runbook's line that reads a trace from stdin. */
const traceCommand = /\| (npm run .*maps\.zip)$/m.exec(runbook)?.[1] ?? '';

/** Loads a function as Lambda would, asks it something without any of its variables, and prints the trace of that. */
const failing = (file: string): string =>
  `import(${JSON.stringify(file)}).then(({handler})=>handler({Records:[]},{})).catch(({stack})=>console.log(stack))`;

describe('osls deploy and osls remove', () => {
  it('create and remove the whole stack, by one command each, leave the table, and go on with it', {
    timeout: 300_000,
  }, async () => {
    const aws = await account();
    const { edit, put, run } = checkout(aws.url);
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

    const [{ key = '', handler = '', zip = Buffer.alloc(0) } = {}] = (await codeOf(aws)).filter(({ id }) =>
      id.endsWith('-worker'),
    );
    const maps = await objectOf(aws, join(key, '../maps.zip'));
    const mapped = entriesOf(maps).map(({ name }) => `dist/${name}`);
    const chunks = (await codeOf(aws)).flatMap(({ files }) =>
      [...files.keys()].filter((name) => name.endsWith('.mjs')),
    );
    expect(mapped.toSorted()).toEqual(chunks.map((name) => `${name}.map`).toSorted());
    const task = temporaryFolder();
    unzip(zip, task);
    put('maps.zip', maps);
    const { output: trace } = await run(
      `node --input-type=module --eval ${failing(join(task, handler.replace(/\.handler$/, '.mjs')))}`,
    );
    expect(trace).toMatch(/dist\/worker\/[\w-]+\.mjs:\d+:\d+/);
    const { code: traceCode, output: lines } = await run(traceCommand, trace);
    expect([traceCode, lines]).toEqual([0, expect.not.stringContaining('.mjs')]);
    const [, line = ''] = /functions\/ports\.ts:(\d+):\d+/.exec(lines) ?? [];
    expect(
      readFileSync(new URL('../../functions/ports.ts', import.meta.url), 'utf8').split('\n')[Number(line) - 1],
    ).toContain('throw new Error(`the environment variable');

    const owning = resourcesOf(aws);
    const removed = await run(remove);
    expect(removed).toMatchObject({ code: 0 });
    expect([[...aws.stacks.keys()], [...aws.resources.values()].map(({ id }) => id)]).toEqual([
      [],
      ['hooksweep-dev-audit'],
    ]);

    const again = await run(`${deploy} --package .serverless`);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('hooksweep-dev-audit already exists') });

    edit('serverless.yml', '  dev: {}\n', parameters);
    expect(await run(deploy)).toMatchObject({ code: 0 });
    const { AuditTable, ...others } = owning;
    const { Type } = AuditTable ?? {};
    expect(Type).toBe('AWS::DynamoDB::Table');
    expect(withoutFolder(resourcesOf(aws))).toEqual(withoutFolder(others).replace(',"AuditTable"]', ']'));
    expect(ofType(aws, 'AWS::DynamoDB::Table')).toMatchObject([{ id: 'hooksweep-dev-audit', stack: '' }]);
    expect(await run(remove)).toMatchObject({ code: 0 });
    expect([...aws.resources.values()].map(({ id }) => id)).toEqual(['hooksweep-dev-audit']);
  });
});
