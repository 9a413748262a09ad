/**
 * The receiver of `ws`, which judges frames where ours is judged: what it finds in some chunks, one line for each thing.
 */
import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import type { ReaderLimits } from '../../src/sockets/frame-reader.js';

const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: object) => Writable & EventEmitter;
};

const KNOWN_CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
};

/** Resolves when the receiver has taken everything, or has had enough. */
export async function foundByWs(
  chunks: readonly Buffer[],
  isServer: boolean,
  limits: ReaderLimits,
): Promise<string[]> {
  const found: string[] = [];
  const receiver = new Receiver({ isServer, ...limits });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    found.push(isBinary ? 'binary' : `text ${data.toString('utf8')}`),
  );
  receiver.on('ping', (payload: Buffer) => found.push(`ping ${payload.toString('hex')}`));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    found.push(`close ${code} ${reason.toString('utf8')}`),
  );
  const done = new Promise<void>((resolve) => {
    receiver.on('error', (error: Error & { readonly code: string }) => {
      found.push(`broken ${KNOWN_CODES[error.code] ?? 1002}`);
      resolve();
    });
    receiver.on('finish', resolve);
  });
  for (const chunk of chunks) if (receiver.writable) receiver.write(Buffer.from(chunk));
  receiver.end();
  await done;
  return found;
}
