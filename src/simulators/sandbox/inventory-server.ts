/**
 * The stock service that the tool check_inventory asks in the sandbox: a real HTTP server over a table.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { STOCK } from './scenario.js';

export interface InventoryServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startInventory(): Promise<InventoryServer> {
  const server: Server = createServer((request, response) => {
    const item = new URL(request.url ?? '/', 'http://stock').searchParams.get('item') ?? '';
    const found = STOCK[item.trim().toLowerCase()];
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        found ? { item: item.trim().toLowerCase(), inStock: true, ...found } : { item, inStock: false },
      ),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/items`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
