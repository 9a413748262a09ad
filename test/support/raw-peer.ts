/**
 * A WebSocket of the code under test, as server or as client, and a peer at the other end that is no WebSocket: it writes bytes, right
 * ones and wrong ones, and keeps what comes.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { textSocketOf, webSocketClass } from '../../src/sockets/framed-web-socket.js';
import type { SocketTransport, TextListener, TextSocket } from '../../src/sockets/text-socket.js';
import { KEY, rawFrame, type RawFrame } from './raw-frames.js';

export interface Side {
  readonly transport: SocketTransport;
  /** Whether the code under test is the server. */
  readonly isServer: boolean;
}

export interface PeerOptions {
  readonly maxPayload?: number;
  /** Comes in one packet with the handshake of the peer. */
  readonly head?: Buffer;
  /** Listens in place of the record. */
  readonly listener?: (socket: TextSocket, record: TextListener) => TextListener;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const NOTHING = Buffer.alloc(0);

export class RawPeer {
  /** What the code under test was told, in order, one line each. */
  readonly told: string[] = [];
  socket!: TextSocket;
  ours!: WebSocket;
  private received: Buffer = NOTHING;
  private readonly watchers = new Set<() => void>();
  private readonly ends: (() => void)[] = [];

  private constructor(
    private readonly side: Side,
    readonly theirs: Socket,
  ) {}

  static async open(side: Side, options: PeerOptions = {}): Promise<RawPeer> {
    return side.isServer ? RawPeer.againstServer(side, options) : RawPeer.againstClient(side, options);
  }

  /** A frame as the peer sends it. */
  frame(opcode: number, payload: string | Buffer = '', more: Partial<RawFrame> = {}): Buffer {
    return frameTo(this.side, opcode, payload, more);
  }

  send(...frames: readonly Buffer[]): void {
    this.theirs.write(Buffer.concat(frames));
  }

  /** Resolves when so much was told. */
  async untilTold(count: number): Promise<string[]> {
    await this.until(() => this.told.length >= count);
    return this.told;
  }

  /** Resolves when the peer has had so many bytes, or the end. */
  async untilReceived(bytes: number): Promise<Buffer> {
    await this.until(() => this.received.length >= bytes || this.theirs.closed);
    return this.received;
  }

  async close(): Promise<void> {
    this.theirs.destroy();
    this.ours.terminate();
    await this.until(() => this.told.some((line) => line.startsWith('closed')));
    for (const end of this.ends) end();
  }

  private static async againstServer(side: Side, { head, ...options }: PeerOptions): Promise<RawPeer> {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      WebSocket: webSocketClass(side.transport),
      maxPayload: options.maxPayload ?? 0,
    });
    await once(server, 'listening');
    const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const peer = new RawPeer(side, theirs);
    peer.ends.push(() => server.close());
    const taken = new Promise<void>((resolve) => {
      server.once('connection', (socket) => {
        peer.take(socket, options);
        resolve();
      });
    });
    const request =
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    theirs.write(Buffer.concat([Buffer.from(request), head ?? NOTHING]));
    await taken;
    await peer.untilHandshake();
    return peer;
  }

  private static async againstClient(side: Side, { head, ...options }: PeerOptions): Promise<RawPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const { port } = server.address() as AddressInfo;
    const ours = new (webSocketClass(side.transport))(`ws://127.0.0.1:${port}`, {
      perMessageDeflate: false,
      maxPayload: options.maxPayload ?? 0,
    });
    const opened = once(ours, 'open');
    const [theirs] = await accepted;
    const peer = new RawPeer(side, theirs);
    peer.ends.push(() => server.close());
    ours.once('open', () => peer.take(ours, options));
    const request = await new Promise<string>((resolve) =>
      theirs.once('data', (bytes) => resolve(bytes.toString('latin1'))),
    );
    const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request)?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    const answer = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    theirs.on('data', (bytes) => peer.keep(bytes));
    theirs.write(Buffer.concat([Buffer.from(answer), head ?? NOTHING]));
    await opened;
    return peer;
  }

  private take(ours: WebSocket, { listener }: PeerOptions): void {
    this.ours = ours;
    this.socket = textSocketOf(ours);
    const tell = (line: string): void => {
      this.told.push(line);
      this.wake();
    };
    const record: TextListener = {
      text: (bytes, from, to) => tell(`text ${bytes.toString('utf8', from, to)}`),
      binary: () => tell('binary'),
      failed: (fault) => tell(`failed ${fault}`),
      closed: (code, reason) => tell(`closed ${code} ${reason}`),
    };
    this.theirs.on('error', () => undefined);
    this.theirs.on('close', () => this.wake());
    this.socket.listen(listener ? listener(this.socket, record) : record);
  }

  private async untilHandshake(): Promise<void> {
    let answer = '';
    await new Promise<void>((resolve) => {
      const take = (bytes: Buffer): void => {
        answer += bytes.toString('latin1');
        const end = answer.indexOf('\r\n\r\n');
        if (end < 0) return;
        this.theirs.off('data', take);
        this.theirs.on('data', (more) => this.keep(more));
        this.keep(Buffer.from(answer.slice(end + 4), 'latin1'));
        resolve();
      };
      this.theirs.on('data', take);
    });
  }

  private keep(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    this.wake();
  }

  private wake(): void {
    for (const watch of this.watchers) watch();
  }

  private async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        const watch = (): void => {
          this.watchers.delete(watch);
          resolve();
        };
        this.watchers.add(watch);
      });
    }
  }
}

/** A frame to the side under test: masked for a server. */
export function frameTo(
  { isServer }: Side,
  opcode: number,
  payload: string | Buffer = '',
  more: Partial<RawFrame> = {},
): Buffer {
  return rawFrame({ opcode, payload: Buffer.from(payload), key: isServer ? KEY : undefined, ...more });
}
