/**
 * What is around the service while it is measured beside trouble, in a process of its own, so that it takes no time from the load: the way
 * to the database, a receiver of webhooks, a stock service, and clients of the API. Told what to do by messages of its parent. The database
 * that the way leads to comes as the first argument.
 */
import { DatabasePipe } from './database-pipe.js';
import { EventReaders } from './event-readers.js';
import { RequestFlood } from './request-flood.js';
import { StockService } from './stock-service.js';
import type { Api, Asking, Proof, Trouble } from './trouble.js';
import { WebhookReceiver } from './webhook-receiver.js';

export type SurroundingsOrder =
  | { readonly do: 'where' }
  | { readonly do: 'begin'; readonly trouble: Trouble; readonly api: Api }
  /** Answered with what happened since. */
  | { readonly do: 'end' };

/** Ports of this machine. */
export interface Places {
  readonly databasePort: number;
  readonly webhooksPort: number;
  readonly stockPort: number;
}

const target = new URL(process.argv[2] ?? '');
const database = await DatabasePipe.to({ host: target.hostname, port: Number(target.port || 5432) });
const webhooks = await WebhookReceiver.open();
const stock = await StockService.open();
let clients: Asking[] = [];

function begin(trouble: Trouble, api: Api): void {
  database.begin(trouble.database);
  webhooks.begin(trouble.webhooks);
  stock.begin(trouble.stock);
  if (trouble.readers) clients.push(new EventReaders(api, trouble.readers));
  if (trouble.requests) clients.push(new RequestFlood(api));
}

async function end(): Promise<Proof> {
  const asked = [database, webhooks, stock];
  const proofs = asked.map(({ proof }) => proof);
  for (const client of clients) proofs.push(await client.end());
  for (const one of asked) one.end();
  clients = [];
  return Object.fromEntries(proofs.flatMap((proof) => Object.entries(proof)));
}

async function obey(order: SurroundingsOrder): Promise<unknown> {
  if (order.do === 'where') return places;
  if (order.do === 'end') return end();
  begin(order.trouble, order.api);
  return {};
}

const places: Places = { databasePort: database.port, webhooksPort: webhooks.port, stockPort: stock.port };
process.on('message', (order: SurroundingsOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ answer: { port: places.databasePort } });
