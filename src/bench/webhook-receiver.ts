/**
 * Somebody to whom the service posts the events of calls: takes them, keeps their sender waiting, refuses them, or answers without an end.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { portOf } from './listening.js';
import type { Asked, Proof, Trouble } from './trouble.js';

type Kind = NonNullable<Trouble['webhooks']>;

const PIECE = Buffer.alloc(65_536, 'x');

export class WebhookReceiver implements Asked<Kind> {
  private readonly waiting = new Set<ServerResponse>();
  private kind: Kind | undefined;
  private posts = 0;
  private endlessBytes = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => receiver.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return portOf(this.server);
  }

  begin(kind: Kind | undefined): void {
    this.kind = kind;
    this.posts = 0;
    this.endlessBytes = 0;
  }

  get proof(): Proof {
    const { kind, posts, endlessBytes } = this;
    if (kind === 'hanging') return { 'webhooks kept waiting': posts };
    if (kind === 'refusing') return { 'webhooks answered 500': posts };
    if (kind === 'endless')
      return { 'webhooks answered without an end': posts, 'MB of such answers': endlessBytes / 1e6 };
    return { 'webhooks taken': posts };
  }

  end(): void {
    this.begin(undefined);
    for (const response of this.waiting) response.writeHead(204).end();
    this.waiting.clear();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    this.posts += 1;
    if (this.kind === 'hanging') {
      this.waiting.add(response);
      response.once('close', () => this.waiting.delete(response));
    } else if (this.kind === 'refusing') response.writeHead(500).end();
    else if (this.kind === 'endless') this.goOn(response.writeHead(200));
    else response.writeHead(204).end();
  }

  private goOn(response: ServerResponse): void {
    if (response.destroyed || this.kind !== 'endless') {
      response.destroy();
      return;
    }
    this.endlessBytes += PIECE.length;
    if (response.write(PIECE)) setImmediate(() => this.goOn(response));
    else response.once('drain', () => this.goOn(response));
  }
}
