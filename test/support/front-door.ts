/**
 * What stands in front of replicas: passes each request to the one that a test names for it, sockets too, and leaves everything
 * else of a request as it is.
 */
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export class FrontDoor {
  /** Which port takes a path; replaced by a test. */
  choose: (path: string) => number = () => 0;

  private constructor(private readonly server: Server) {
    server.on('request', (incoming, answer) => {
      const onward = request(this.towards(incoming), (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      onward.on('error', () => answer.writeHead(502).end());
      incoming.pipe(onward);
    });
    server.on('upgrade', (incoming: IncomingMessage, near: Duplex, head: Buffer) => {
      const far = connect(this.choose(incoming.url ?? ''), '127.0.0.1', () => {
        const headers = incoming.rawHeaders.reduce(
          (text, part, at) => text + part + (at % 2 === 0 ? ': ' : '\r\n'),
          '',
        );
        far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
        far.write(head);
        near.pipe(far).pipe(near);
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
  }

  static async open(): Promise<FrontDoor> {
    const server = createServer();
    const door = new FrontDoor(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private towards({ method, url, headers }: IncomingMessage): object {
    return { host: '127.0.0.1', port: this.choose(url ?? ''), method, path: url, headers };
  }
}
