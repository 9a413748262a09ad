/**
 * The stock service that the tool check_inventory asks in the sandbox: a real HTTP server over a table.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { StockItem } from './scenario.js';

export interface InventoryServer {
  /** For INVENTORY_API_URL: `GET {url}?item=…` answers the item as JSON, or 404. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on a free port of the loopback interface. */
export async function startInventory(stock: readonly StockItem[]): Promise<InventoryServer> {
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://stock').searchParams.get('item') ?? '';
    const found = stock.find(({ item }) => item === asked.trim().toLowerCase());
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { item: asked, inStock: false }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/items`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
