/**
 * Telling the parent where a process of the benchmark listens.
 */
import { createServer, type Server } from 'node:net';

export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Listens on a free port of this machine, tells the parent, and ends with it. */
export function listenForParent(server: Server): void {
  server.listen(0, '127.0.0.1', () => process.send?.({ answer: { port: portOf(server) } }));
  process.on('disconnect', () => process.exit(0));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
