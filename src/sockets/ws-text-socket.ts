/**
 * A WebSocket of `ws` as a `TextSocket`: one write for each text, as `ws` has it.
 */
import { WebSocket, type RawData } from 'ws';
import { OWN_MISTAKE } from './close-codes.js';
import type { SocketFault, TextListener, TextSocket } from './text-socket.js';

export class WsTextSocket implements TextSocket {
  constructor(private readonly socket: WebSocket) {}

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }

  listen(listener: TextListener): void {
    const { socket } = this;
    socket.on('message', (data, isBinary) =>
      this.guarded(() => {
        const bytes = bytesOf(data);
        if (isBinary) listener.binary();
        else listener.text(bytes, 0, bytes.length);
      }),
    );
    socket.on('error', (error) => {
      const fault = faultOf(error);
      if (fault) this.guarded(() => listener.failed(fault));
    });
    socket.once('close', (code, reason) =>
      this.guarded(() => listener.closed(code, reason.toString('utf8'))),
    );
  }

  send(text: string): void {
    // `ws` counts what is sent too late as buffered for ever.
    if (this.isOpen) this.socket.send(text);
  }

  sendAround(before: Uint8Array, bytes: Uint8Array, from: number, to: number, behind: Uint8Array): void {
    this.send(Buffer.concat([before, bytes.subarray(from, to), behind]).toString('utf8'));
  }

  flush(): void {
    // Nothing gathers here.
  }

  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  private guarded(task: () => void): void {
    try {
      task();
    } catch {
      this.socket.close(OWN_MISTAKE);
    }
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Errors of writing are no fault of the peer's: the close tells enough of them. */
function faultOf(error: Error): SocketFault | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (!code.startsWith('WS_ERR_')) return undefined;
  if (code === 'WS_ERR_INVALID_UTF8') return 'encoding';
  return /UNSUPPORTED|TOO_MANY/.test(code) ? 'size' : 'framing';
}
