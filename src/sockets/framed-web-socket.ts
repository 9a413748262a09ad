/**
 * A WebSocket whose handshake `ws` makes and whose frames are ours. To `ws`, to its server and to Nest it is one of their own: state,
 * `close`, `terminate` and the event of the end work. Messages come to a `TextListener` only, never as events.
 */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { FramedTextSocket } from './framed-text-socket.js';
import { WsTextSocket } from './ws-text-socket.js';
import type { SocketTransport, TextSocket } from './text-socket.js';

/** What `ws` hands over with a socket, as far as it concerns us. */
interface HandedOver {
  readonly maxPayload?: number;
  readonly maxFragments?: number;
}

/** As `ws` has it. */
const CLOSE_TIMEOUT_MS = 30_000;
const MAX_FRAGMENTS = 16 * 1024;

export class FramedWebSocket extends WebSocket {
  private framed: FramedTextSocket | undefined;

  /** Undefined while the handshake lasts. */
  get texts(): TextSocket | undefined {
    return this.framed;
  }

  /** Called by `ws` at the end of the handshake, of a client's as of a server's. */
  setSocket(socket: Duplex, head: Buffer, options: HandedOver): void {
    const framed = new FramedTextSocket(
      socket,
      head,
      {
        // Documented so: what a server has accepted has no address.
        isServer: typeof this.url !== 'string',
        maxPayload: options.maxPayload ?? 0,
        maxFragments: options.maxFragments ?? MAX_FRAGMENTS,
        closeTimeoutMs: CLOSE_TIMEOUT_MS,
      },
      (code, reason) => this.emit('close', code, Buffer.from(reason)),
    );
    this.framed = framed;
    // The types of `ws` call these properties, so that a subclass may not declare them as accessors.
    Object.defineProperties(this, {
      readyState: { get: () => framed.readyState },
      bufferedAmount: { get: () => framed.bufferedAmount },
    });
    this.emit('open');
  }

  override send(data: unknown): void {
    if (!this.framed) throw new Error('the handshake is not over');
    if (typeof data !== 'string') throw new TypeError('only texts are sent');
    this.framed.send(data);
  }

  override ping(): void {
    this.framed?.control({ opcode: 9, payload: Buffer.alloc(0) });
  }

  override pong(): void {
    this.framed?.control({ opcode: 10, payload: Buffer.alloc(0) });
  }

  override close(code?: number, reason?: string | Buffer): void {
    if (this.framed) this.framed.close(code, reason?.toString());
    else super.close(code, reason);
  }

  override terminate(): void {
    if (this.framed) this.framed.terminate();
    else super.terminate();
  }

  override pause(): void {
    this.framed?.pause();
  }

  override resume(): void {
    this.framed?.resume();
  }
}

/** The class that a client or a server of `ws` is to use. */
export function webSocketClass(transport: SocketTransport): typeof WebSocket {
  return transport === 'framed' ? FramedWebSocket : WebSocket;
}

/** What a leg works with. @throws Error before the handshake is over. */
export function textSocketOf(socket: WebSocket): TextSocket {
  if (!(socket instanceof FramedWebSocket)) return new WsTextSocket(socket);
  if (!socket.texts) throw new Error('the handshake is not over');
  return socket.texts;
}
