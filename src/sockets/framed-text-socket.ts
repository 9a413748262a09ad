/**
 * Our own framing on a socket whose handshake is over: `FrameReader` and `encodeFrames` joined, and the life of the connection as `ws`
 * leads it, from the first chunk to the last code. Reads nothing before somebody listens, so nothing can be missed.
 */
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { NO_CLOSE, NO_CODE, NOT_UTF8, OWN_MISTAKE, PROTOCOL_ERROR } from './close-codes.js';
import { FrameReader, type FrameSink, type ReaderLimits } from './frame-reader.js';
import {
  closeFrame,
  encodeFrames,
  pongFrame,
  SplicedText,
  type ControlFrame,
  type OutgoingFrame,
} from './frame-writer.js';
import type { SocketFault, TextListener, TextSocket } from './text-socket.js';
import { beginRead, endRead, flushAtEndOfTurn, type Flushable } from './turn.js';

export interface FramedOptions extends ReaderLimits {
  readonly isServer: boolean;
  /** How long a peer may take to close in its turn. */
  readonly closeTimeoutMs: number;
}

export type ReadyState = 1 | 2 | 3;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const MAX_BEFORE_PONG_BYTES = 64 * 1024;

export class FramedTextSocket implements TextSocket, FrameSink, Flushable {
  private state: ReadyState = OPEN;
  private listener: TextListener | undefined;
  private readonly reader: FrameReader;
  private pending: OutgoingFrame[] = [];
  private pendingSize = 0;
  private isReading = false;
  private closeIsSent = false;
  private code = NO_CLOSE;
  private reason = '';
  private closeTimer: NodeJS.Timeout | undefined;

  /** @param ended is told of the end after the listener was, or instead of it. */
  constructor(
    private readonly socket: Duplex,
    head: Buffer,
    private readonly options: FramedOptions,
    private readonly ended?: (code: number, reason: string) => void,
  ) {
    this.reader = new FrameReader(this, options.isServer, options);
    if (socket instanceof Socket) {
      socket.setTimeout(0);
      socket.setNoDelay(true);
    }
    if (head.length > 0) socket.unshift(head);
    socket.on('error', () => this.terminate());
    socket.once('close', () => this.finish());
  }

  get readyState(): ReadyState {
    return this.state;
  }

  get isOpen(): boolean {
    return this.state === OPEN;
  }

  get bufferedAmount(): number {
    return this.socket.writableLength + this.pendingSize;
  }

  listen(listener: TextListener): void {
    this.listener = listener;
    if (this.state === CLOSED) process.nextTick(() => this.tellEnd());
    else this.read();
  }

  send(text: string): void {
    if (this.state !== OPEN) return;
    this.pendingSize += text.length;
    this.enqueue(text);
  }

  sendAround(before: Uint8Array, bytes: Uint8Array, from: number, to: number, behind: Uint8Array): void {
    if (this.state !== OPEN) return;
    this.pendingSize += before.length + to - from + behind.length;
    this.enqueue(new SplicedText(before, bytes, from, to, behind));
  }

  /** A ping or a pong. */
  control(frame: ControlFrame): void {
    if (this.state !== OPEN) return;
    this.pendingSize += frame.payload.length;
    this.enqueue(frame);
  }

  flush(): void {
    if (this.pending.length === 0) return;
    const frames = this.pending;
    this.pending = [];
    this.pendingSize = 0;
    if (!this.socket.writable) return;
    try {
      this.socket.write(encodeFrames(frames, !this.options.isServer, this.socket.writableLength === 0));
    } catch {
      // There was no memory for it: that must not keep the other sockets of this turn from writing.
      this.terminate();
    }
  }

  close(code?: number, reason = ''): void {
    if (this.state === CLOSED) return;
    if (this.state === CLOSING) {
      this.endIfSaid();
      return;
    }
    this.pending.push(closeFrame(code, reason));
    this.state = CLOSING;
    this.flush();
    this.closeIsSent = true;
    this.endIfSaid();
    this.closeTimer = setTimeout(() => this.socket.destroy(), this.options.closeTimeoutMs);
    // The close of the peer has to be read, whether anybody listens or not.
    this.read();
  }

  terminate(): void {
    if (this.state === CLOSED) return;
    this.state = CLOSING;
    this.socket.destroy();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  // --- what the reader finds ----------------------------------------------------------------------------------------

  text(bytes: Buffer, from: number, to: number): void {
    try {
      this.listener?.text(bytes, from, to);
    } catch {
      this.close(OWN_MISTAKE);
    }
  }

  binary(): void {
    this.tell((listener) => listener.binary());
  }

  pinged(payload: Buffer): void {
    // The answer to a later ping will do: pongs must not pile up behind a peer that asks and does not read.
    if (this.socket.writableLength <= MAX_BEFORE_PONG_BYTES) this.control(pongFrame(payload));
  }

  closing(code: number, reason: string): void {
    this.code = code;
    this.reason = reason;
    this.stopReading();
    if (code === NO_CODE) this.close();
    else this.close(code, reason);
  }

  broken(code: number): void {
    this.stopReading();
    this.close(code);
    this.tell((listener) => listener.failed(faultOf(code)));
  }

  // --- the socket ---------------------------------------------------------------------------------------------------

  private read(): void {
    if (this.isReading) return;
    this.isReading = true;
    this.socket.on('data', this.take);
    this.socket.once('end', () => {
      this.flush();
      this.state = CLOSING;
      this.socket.end();
    });
  }

  private readonly take = (chunk: Buffer): void => {
    beginRead();
    try {
      this.reader.push(chunk);
    } catch {
      // What listeners throw does not come here, so it is memory that there was none of.
      this.terminate();
    }
    endRead();
  };

  /** What comes behind the last word is thrown away, but read, or the end of it would never be seen. */
  private stopReading(): void {
    this.socket.off('data', this.take);
    this.socket.resume();
  }

  private enqueue(frame: OutgoingFrame): void {
    if (this.pending.length === 0) flushAtEndOfTurn(this);
    this.pending.push(frame);
  }

  /** Both have said the last word: nothing more is to come from us. */
  private endIfSaid(): void {
    if (this.closeIsSent && this.reader.isDone) this.socket.end();
  }

  private finish(): void {
    this.state = CLOSED;
    this.pending = [];
    this.pendingSize = 0;
    clearTimeout(this.closeTimer);
    this.tellEnd();
    this.ended?.(this.code, this.reason);
  }

  private tellEnd(): void {
    this.tell((listener) => listener.closed(this.code, this.reason));
  }

  private tell(task: (listener: TextListener) => void): void {
    try {
      if (this.listener) task(this.listener);
    } catch {
      this.close(OWN_MISTAKE);
    }
  }
}

function faultOf(code: number): SocketFault {
  if (code === PROTOCOL_ERROR) return 'framing';
  return code === NOT_UTF8 ? 'encoding' : 'size';
}
