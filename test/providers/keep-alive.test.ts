import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { createHttp } from '../../lib/providers/http.ts';

it('keeps connections for the next calls', async () => {
  let connections = 0;
  const server = createServer((_, answer) => void answer.setHeader('content-type', 'application/json').end('{}'));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await new Promise(setImmediate);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const http = createHttp({ clock: systemClock, version: '0' });
  for (let at = 0; at < 20; at++)
    expect(
      await http.call({ url, headers: {}, account: 'shop', secrets: [], method: at % 2 === 0 ? 'GET' : 'DELETE' }),
    ).toMatchObject({ kind: 'answer', status: 200 });
  // A second one is opened where the first is not yet back when the next call begins.
  expect(connections).toBeLessThanOrEqual(2);
});
