/** Both ends of a WebSocket on this machine: one for the code under test, one played by the test. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { textSocketOf, webSocketClass } from '../../src/sockets/framed-web-socket.js';
import type { SocketTransport, TextSocket } from '../../src/sockets/text-socket.js';

export class SocketPair {
  /** Text frames that the code under test has sent, as JSON. */
  readonly received: unknown[] = [];
  private readonly watchers = new Set<() => void>();

  private constructor(
    /** The end for the code under test. */
    readonly ours: WebSocket,
    /** The end that the test plays. */
    readonly theirs: WebSocket,
    private readonly server: WebSocketServer,
  ) {
    theirs.on('message', (frame: RawData) => {
      this.received.push(JSON.parse((frame as Buffer).toString('utf8')));
      for (const watch of this.watchers) watch();
    });
  }

  /** @param transport of the end for the code under test. */
  static async open(transport: SocketTransport): Promise<SocketPair> {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      WebSocket: webSocketClass(transport),
    });
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[WebSocket]>;
    const theirs = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const opened = once(theirs, 'open');
    const [ours] = await accepted;
    await opened;
    return new SocketPair(ours, theirs, server);
  }

  /** Our end, as a leg takes it. */
  get texts(): TextSocket {
    return textSocketOf(this.ours);
  }

  /** Sends frames and waits until the other end has taken them all. */
  async send(...messages: readonly unknown[]): Promise<void> {
    for (const message of messages)
      this.theirs.send(typeof message === 'string' ? message : JSON.stringify(message));
    await this.taken();
  }

  /** Frames keep their order, so the answer to a ping proves that everything before it was read. */
  async taken(): Promise<void> {
    const answered = once(this.theirs, 'pong');
    this.theirs.ping();
    await answered;
  }

  /** Resolves when so many frames have come. */
  async until(count: number): Promise<unknown[]> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        const watch = (): void => {
          this.watchers.delete(watch);
          resolve();
        };
        this.watchers.add(watch);
      });
    }
    return this.received;
  }

  /** The close code that the test's end was told. */
  async closeCode(): Promise<number> {
    const [code] = (await once(this.theirs, 'close')) as [number];
    return code;
  }

  async close(): Promise<void> {
    this.ours.terminate();
    this.theirs.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
