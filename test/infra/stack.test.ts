import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localClients } from '../../infra/local/clients.ts';
import { folderUnusable } from '../../infra/local/folder.ts';
import { connectStack, openStack, type Stack, startStack } from '../../infra/local/stack.ts';
import { temporaryFolder } from './folder.ts';

const clientsOf = (stack: Pick<Stack, 'endpoints' | 'token'>) => {
  const clients = localClients(stack);
  onTestFinished(() => {
    clients.dynamodb.destroy();
    clients.sqs.destroy();
  });
  return clients;
};

const started = async (folder: string | null, options = {}): Promise<Stack> => {
  const stack = await startStack(folder, options);
  let open = true;
  const close = async () => {
    if (open) await stack.close();
    open = false;
  };
  onTestFinished(close);
  return { ...stack, close };
};

/** Another process that runs the stack on the folder. */
const otherProcess = async (folder: string): Promise<ChildProcess> => {
  const child = fork(new URL('stack-process.ts', import.meta.url).pathname, [folder], { execPath: process.execPath });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
};

const kill = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

const put = (stack: Stack, pk: string) =>
  clientsOf(stack).dynamodb.send(
    new PutItemCommand({
      TableName: stack.environment.TABLE_NAME,
      Item: { pk: { S: pk }, sk: { S: 'record' }, due: { S: 'due#0' }, dueAt: { N: '5' } },
    }),
  );

const get = async (stack: Stack, pk: string) => {
  const Key = { pk: { S: pk }, sk: { S: 'record' } };
  const TableName = stack.environment.TABLE_NAME;
  return (await clientsOf(stack).dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
};

describe('the embedded stack', () => {
  it('keeps the table and its indexes when it is closed and started again', async () => {
    const folder = temporaryFolder();
    const first = await started(folder);
    await put(first, 'webhook#1');
    await first.close();

    const second = await started(folder);
    expect(await get(second, 'webhook#1')).toMatchObject({ dueAt: { N: '5' } });
    const due = await clientsOf(second).dynamodb.send(
      new QueryCommand({
        TableName: second.environment.TABLE_NAME,
        IndexName: 'due',
        KeyConditionExpression: 'due = :due AND dueAt <= :now',
        ExpressionAttributeValues: { ':due': { S: 'due#0' }, ':now': { N: '9' } },
      }),
    );
    expect(due.Items?.map((item) => item.pk?.S)).toEqual(['webhook#1']);
  });

  it('keeps nothing without a folder', async () => {
    const first = await started(null);
    await put(first, 'webhook#1');
    const second = await started(null);
    expect(await get(second, 'webhook#1')).toBeUndefined();
  });

  it('listens on 127.0.0.1 alone and names its queues there', async () => {
    const stack = await started(null);
    for (const endpoint of Object.values(stack.endpoints)) expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { QueueUrls = [] } = await clientsOf(stack).sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls).toHaveLength(4);
    for (const url of QueueUrls) expect(url.startsWith(`${stack.endpoints.sqs}/`)).toBe(true);
    expect(QueueUrls).toContain(stack.environment.JOBS_QUEUE_URL);
  });

  it('lets nobody in who does not hold its access key', async () => {
    const stack = await started(null);
    const stranger = clientsOf({ ...stack, token: 'another' });
    await expect(
      stranger.dynamodb.send(new GetItemCommand({ TableName: 'x', Key: { pk: { S: 'a' }, sk: { S: 'b' } } })),
    ).rejects.toThrow(/access key/);
    await expect(stranger.sqs.send(new ListQueuesCommand({}))).rejects.toThrow(/access key/);
    for (const endpoint of Object.values(stack.endpoints)) {
      expect((await fetch(`${endpoint}/`)).status).toBe(403);
    }
  });

  it('goes on when a client goes away in the middle of a request', async () => {
    const stack = await started(null);
    const { port } = new URL(stack.endpoints.dynamodb);
    const socket = connect(Number(port), '127.0.0.1');
    const authorization = `AWS4-HMAC-SHA256 Credential=${stack.token}/x`;
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 999\r\n\r\n{"half":`,
    );
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await put(stack, 'webhook#1');
    expect(await get(stack, 'webhook#1')).toBeDefined();
  });

  it('closes at once, whatever connections its clients keep open', async () => {
    const stack = await started(null);
    await put(stack, 'webhook#1');
    await clientsOf(stack).sqs.send(new ListQueuesCommand({}));
    const start = performance.now();
    await stack.close();
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a folder of the embedded stack', () => {
  it('belongs to one process; a second one hears which process has it and what to do', async () => {
    const folder = temporaryFolder();
    const child = await otherProcess(folder);
    await expect(startStack(folder)).rejects.toMatchObject({
      code: 'folder-in-use',
      message: expect.stringContaining(`${folder} is in use by process ${child.pid}`),
      hint: expect.stringContaining('--local DIR'),
    });
  });

  it('belongs to one stack within a process too', async () => {
    const folder = temporaryFolder();
    await started(folder);
    await expect(startStack(folder)).rejects.toMatchObject({ code: 'folder-in-use' });
  });

  it('is free again after kill -9, with all that was written', async () => {
    const folder = temporaryFolder();
    const child = await otherProcess(folder);
    const connected = await connectStack(folder);
    if (!connected) throw new Error('the other process does not answer');
    await put(connected, 'webhook#1');
    await kill(child);

    expect(existsSync(join(folder, 'endpoints.json'))).toBe(true);
    expect(await connectStack(folder)).toBeNull();
    const stack = await started(folder);
    expect(await get(stack, 'webhook#1')).toBeDefined();
  });

  it('lets other processes work beside the one that runs', async () => {
    const folder = temporaryFolder();
    await otherProcess(folder);
    const one = await openStack(folder);
    const two = await openStack(folder);
    await put(one, 'webhook#1');
    expect(await get(two, 'webhook#1')).toBeDefined();
    await one.close();
    expect(await get(two, 'webhook#1')).toBeDefined();
  });

  it('publishes where it is for its owner alone, and takes it back when it closes', async () => {
    const folder = join(temporaryFolder(), 'fresh');
    const stack = await started(folder);
    const file = join(folder, 'endpoints.json');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { endpoints, environment, token } = stack;
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, token, endpoints, environment });
    await stack.close();
    expect(readdirSync(folder).toSorted()).toEqual(['lock', 'table']);
    expect(await connectStack(folder)).toBeNull();
  });

  it('is not connected to where something else has its port now', async () => {
    const folder = temporaryFolder();
    const stranger = await started(null);
    const published = { pid: 1, token: 'old', endpoints: stranger.endpoints, environment: stranger.environment };
    writeFileSync(join(folder, 'endpoints.json'), JSON.stringify(published));
    expect(await connectStack(folder)).toBeNull();
  });

  it('with a broken endpoints.json is started afresh', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'endpoints.json'), '{"pid":');
    expect(await connectStack(folder)).toBeNull();
    await started(folder);
    expect(await connectStack(folder)).not.toBeNull();
  });

  it('is opened by one short command after the other, never shared between them', async () => {
    const folder = temporaryFolder();
    const first = await openStack(folder);
    const second = openStack(folder);
    expect(await connectStack(folder)).toBeNull();
    await put(first, 'webhook#1');
    await first.close();
    const stack = await second;
    onTestFinished(() => stack.close());
    expect(await get(stack, 'webhook#1')).toBeDefined();
  });

  it('that is a file, or has too long a name, is refused with the reason and a way out', async () => {
    const parent = temporaryFolder();
    const file = join(parent, 'file');
    writeFileSync(file, '');
    for (const [folder, reason] of [
      [file, 'there is a file in its place'],
      [join(file, 'below'), 'there is a file in its place'],
      [join(parent, 'x'.repeat(300)), 'its path is too long'],
    ] as const) {
      await expect(startStack(folder)).rejects.toMatchObject({
        code: 'folder-unusable',
        file: folder,
        message: expect.stringContaining(reason),
        hint: expect.stringContaining('--local DIR'),
      });
      await expect(openStack(folder)).rejects.toMatchObject({ code: 'folder-unusable' });
    }
  });

  it('whose lock cannot be made is refused, and not taken for one in use', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'lock', 'LOCK'), { recursive: true });
    await expect(startStack(folder)).rejects.toMatchObject({ code: 'folder-unusable' });
  });

  it.each([
    ['EROFS', 'its file system is read-only'],
    ['EACCES', 'it may not be written by this user'],
    ['ENOSPC', 'the disk is full'],
  ])('says of %s that %s', (code, reason) => {
    const error = folderUnusable('/var/lib/example', Object.assign(new Error('x'), { code }));
    expect(error.message).toContain(`the folder /var/lib/example cannot be used: ${reason}`);
  });
});
