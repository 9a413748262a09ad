/**
 * The stock service that the built-in tool `check_inventory` asks: answers at once, late, with a megabyte, or not at all.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { portOf } from './listening.js';
import type { Asked, Proof, Trouble } from './trouble.js';

type Kind = NonNullable<Trouble['stock']>;

export const SLOW_ANSWER_MS = 3000;
const SMALL = JSON.stringify({ inStock: true, count: 4, price: '12.50' });
/** A megabyte, which is no more than a tool may be answered. */
const LARGE = JSON.stringify({ notes: 'x'.repeat(1_000_000) });

export class StockService implements Asked<Kind> {
  private readonly waiting = new Set<ServerResponse>();
  private kind: Kind | undefined;
  private inquiries = 0;
  private mostWaiting = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<StockService> {
    const server = createServer();
    const stock = new StockService(server);
    server.on('request', (_request, response) => stock.take(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stock;
  }

  get port(): number {
    return portOf(this.server);
  }

  begin(kind: Kind | undefined): void {
    this.kind = kind;
    this.inquiries = 0;
    this.mostWaiting = 0;
  }

  get proof(): Proof {
    const { kind, inquiries, mostWaiting } = this;
    if (kind === 'hanging') return { 'inquiries kept waiting': inquiries, 'of them at once': mostWaiting };
    if (kind === 'slow')
      return {
        [`inquiries answered after ${SLOW_ANSWER_MS / 1000} s`]: inquiries,
        'of them at once': mostWaiting,
      };
    if (kind === 'large') return { 'inquiries answered with 1 MB': inquiries };
    return inquiries > 0 ? { 'inquiries answered': inquiries } : {};
  }

  end(): void {
    this.begin(undefined);
    for (const response of this.waiting) response.end(SMALL);
    this.waiting.clear();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(response: ServerResponse): void {
    this.inquiries += 1;
    if (this.kind === 'hanging' || this.kind === 'slow') this.keepWaiting(response, this.kind);
    else response.end(this.kind === 'large' ? LARGE : SMALL);
  }

  private keepWaiting(response: ServerResponse, kind: Kind): void {
    this.waiting.add(response);
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting.size);
    response.once('close', () => this.waiting.delete(response));
    if (kind === 'hanging') return;
    setTimeout(() => {
      if (this.waiting.delete(response)) response.end(SMALL);
    }, SLOW_ANSWER_MS);
  }
}
