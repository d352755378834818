import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock, Random } from '../clock.ts';
import { consoleApp } from './app.ts';
import type { Desk } from './desk.ts';

export type Console = {
  /** With the token that opens it. */
  url: string;
  close(): Promise<void>;
};

const closed = async (server: Server): Promise<void> => {
  const end = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await end;
};

/**
 * Serves the console on 127.0.0.1 and no other address.
 *
 * @param port 0 for any free one
 */
export const startConsole = async (desk: Desk, port: number, clock: Clock, random: Random): Promise<Console> => {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [base, token] = [`/${random.token()}/`, random.token()];
  const app = consoleApp({ host, base, token, desk, clock, random });
  server.on('request', getRequestListener(app.fetch));
  return { url: `http://${host}${base}?token=${token}`, close: () => closed(server) };
};
