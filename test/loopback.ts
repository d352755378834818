import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Lets a server listen on a free port of 127.0.0.1 until the test ends. Answers its URL. */
export const onLoopback = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    // One turn for our end of each connection, one for the other.
    await setImmediate();
    await setImmediate();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
