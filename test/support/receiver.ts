/**
 * Somebody to whom events are posted: keeps every request, and answers as a test says.
 */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as an event. */
  readonly event: EventJson;
}

export interface EventJson {
  readonly id: string;
  readonly seq: number;
  readonly callId: string;
  readonly type: string;
}

export class Receiver {
  readonly received: Received[] = [];
  /** Replaced by a test; 204 otherwise. */
  answer: (response: ServerResponse, received: Received) => void = (response) =>
    response.writeHead(204).end();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const event = JSON.parse(body) as EventJson;
        const received = { path: request.url ?? '', headers: request.headers, body, event };
        receiver.received.push(received);
        receiver.answer(response, received);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** As a receiver does it. @throws when the signature is not of this secret, or too old. */
export function verify(secret: string, { body, headers }: Received): void {
  const named = (name: string): string => String(headers[name]);
  new Webhook(secret).verify(body, {
    'webhook-id': named('webhook-id'),
    'webhook-timestamp': named('webhook-timestamp'),
    'webhook-signature': named('webhook-signature'),
  });
}
