/**
 * Telling the parent where a process of the benchmark listens.
 */
import type { Server } from 'node:net';

export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Listens on a free port of this machine, tells the parent, and ends with it. */
export function listenForParent(server: Server): void {
  server.listen(0, '127.0.0.1', () => process.send?.({ answer: { port: portOf(server) } }));
  process.on('disconnect', () => process.exit(0));
}
