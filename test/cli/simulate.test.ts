import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { workplace } from '../e2e/workplace.ts';

const free = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { server, port };
};

describe('simulate', () => {
  it('serves until Ctrl-C and tells url and credentials on the first line', async () => {
    const { server, port } = await free();
    server.close();
    await once(server, 'close');
    const { hooksweep } = workplace('');
    const interrupt = new AbortController();
    const running = hooksweep(`simulate modulus --json --port ${port} --webhooks 3`, interrupt.signal);
    const answer = async (): Promise<number> =>
      fetch(`http://127.0.0.1:${port}/v1/webhooks`).then(
        ({ status }) => status,
        () => answer(),
      );
    expect(await answer()).toBe(401);
    interrupt.abort();
    const { code, stdout } = await running;
    expect(code).toBe(130);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      url: `http://127.0.0.1:${port}`,
      credentials: { secretKey: expect.stringMatching(/^sk_/) },
      options: {},
    });
  });

  it('says which port is in use', async () => {
    const { server, port } = await free();
    onTestFinished(async () => {
      server.close();
      await once(server, 'close');
    });
    const { code, json } = await workplace('').hooksweep(`simulate modulus --json --port ${port}`);
    expect({ code, ...json() }).toMatchObject({ code: 1, error: { code: 'port-in-use' } });
  });

  it.each([
    ['simulate nobody', 'modulus'],
    ['simulate modulus --fault no-such', 'reset-after'],
    ['simulate modulus --webhooks -1', '--webhooks'],
    ['simulate modulus --port 70000', '65535'],
  ])('refuses %s and says what there is', async (line, word) => {
    const { code, stdout } = await workplace('').hooksweep(`${line} --json`);
    expect(code).toBe(1);
    expect(stdout).toContain(word);
  });
});
