import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanAndApprove, work } from './batch.ts';
import type { FrontRequest } from './front.ts';
import { type FunctionName, functionNames, type Instance, unpacked } from './instance.ts';
import * as people from './people.ts';
import { answered } from './runtime-api.ts';
import { accountName, operationOf, projects, service } from './service.ts';

const all = async (world: Awaited<ReturnType<typeof service>>): Promise<Record<FunctionName, Instance>> => {
  const started = await Promise.all(functionNames.map(async (name) => [name, await world.start(name)] as const));
  return Object.fromEntries(started) as Record<FunctionName, Instance>;
};

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
const texts = (requests: readonly FrontRequest[]): string => requests.map(({ path, body }) => path + body).join('\n');

describe('the packaged functions', () => {
  it('answer real events, write JSON lines, leak nothing and end', { timeout: 60_000 }, async () => {
    const world = await service([1, 1, 0]);
    const { scanner, worker, enqueue, control, audit } = await all(world);
    const scope = `projects:${projects[1]}`;

    const asked = await people.enqueue(world, enqueue, { account: accountName, scope, webhookId: '2001' });
    expect(asked).toMatchObject({ state: 'approved' });
    await scanAndApprove(world, scanner, enqueue);
    expect(answered(await scanner.invoke({ kind: 'sweep' }))).toMatchObject({ sent: 2, dead: 0 });
    for (const _step of ['disable', 'delete']) expect(await work(world, 'JOBS_QUEUE_URL', worker, 2)).toEqual([]);
    expect([...world.simulator.state.keys()]).toEqual(['1000', '2000', '3000']);
    expect(await people.stop(control)).toMatchObject({ stopped: true });
    const records = await people.recordsOf(audit);
    const deleted = records.filter(({ state }) => state === 'deleted').map(({ webhookId }) => webhookId);
    expect(deleted.toSorted()).toEqual(['1001', '2001']);

    const given = '/hooksweep/dev/_given/hook';
    const restorable = () => people.restorable(world, enqueue, records[0]?.record ?? '', { token: `ssm:${given}` });
    expect((await restorable()).results).toMatchObject([
      { ok: false, detail: expect.stringContaining('ParameterNotFound') },
    ]);
    world.parameters.values.set(given, 'planted-secret-of-a-hook');
    expect((await restorable()).results).toMatchObject([{ ok: true }]);

    const ended = await Promise.all([scanner, worker, enqueue, control, audit].map((one) => one.end()));
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(functionNames.map(() => [0, '']));
    const written = ended.flatMap(({ stdout }) => lines(stdout));
    expect(written.length).toBeGreaterThan(0);
    for (const line of written) expect(JSON.parse(line)).toEqual(expect.any(Object));
    const left = [...written, JSON.stringify({ asked, records }), texts(world.sqs.seen), texts(world.dynamodb.seen)];
    for (const secret of [...world.secrets, 'planted-secret-of-a-hook'])
      expect(left.filter((text) => text.includes(secret))).toEqual([]);
  });

  it.each(functionNames)('%s refuses an event that is none of its own, and lives on', async (name) => {
    const world = await service([1, 0, 0]);
    const instance = await world.start(name);
    const refused = await instance.invoke({ kind: 'nonsense', action: 'nonsense' });
    if (name === 'scanner' || name === 'worker') expect(refused).toMatchObject({ status: 'error', during: 'invoke' });
    else expect(answered(refused)).toMatchObject({ error: { code: 'bad-request' }, exit: 1 });
    expect(await instance.invoke({ kind: 'nonsense', action: 'nonsense' })).toEqual(refused);
    expect(await instance.end()).toMatchObject({ code: 0 });
    expect(world.provider.seen).toEqual([]);
  });

  it('read an item again when somebody else was faster', async () => {
    const world = await service([1, 0, 0]);
    const control = await world.start('control');
    let lost = 0;
    world.dynamodb.intercept = (request) => {
      if (operationOf(request) !== 'PutItem' || lost++ > 0) return request;
      return { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}' };
    };
    expect(await people.stop(control)).toMatchObject({ stopped: true });
    expect(lost).toBeGreaterThan(1);
  });

  it('see nothing but what is in their zip', async () => {
    const at = unpacked('audit');
    const world = await service([1, 0, 0]);
    writeFileSync(join(at.task, 'dist/audit/index.mjs'), "export { SQSClient as handler } from '@aws-sdk/client-sqs';");
    const audit = await world.start('audit', at);
    expect(await audit.invoke({})).toMatchObject({ status: 'error', during: 'init' });
    expect(await audit.end()).toMatchObject({ code: 1 });
  });
});
