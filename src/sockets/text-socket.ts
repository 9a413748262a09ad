/**
 * A WebSocket as the legs see it: texts out, texts in, and how it ended. Two kinds stand behind it, `ws` itself and our own framing
 * on the socket that `ws` shook hands over; a leg cannot tell which.
 */

/** Which of the two. `ws` is there to fall back to, and to compare with. */
export type SocketTransport = 'framed' | 'ws';

/** How a peer broke the protocol: its framing, its UTF-8, or how much it may say. */
export type SocketFault = 'framing' | 'encoding' | 'size';

/** Given once, in the tick in which the socket came. What a listener throws closes its own socket and nothing else. */
export interface TextListener {
  /**
   * A text message: valid UTF-8 in `bytes` from `from` to `to`. No view and no string is made of it, since most messages are
   * recognised by their bytes. The bytes may be read during the call only.
   */
  text(bytes: Buffer, from: number, to: number): void;
  /** A binary message, of which neither vendor knows any. */
  binary(): void;
  /** The peer broke the protocol. The socket closes itself; `closed` follows. */
  failed(fault: SocketFault): void;
  /** The last call: 1005 is a close without a code, 1006 an end without a close. */
  closed(code: number, reason: string): void;
}

export interface TextSocket {
  /** Whether `send` sends. */
  readonly isOpen: boolean;
  /** What the kernel has not taken yet; texts of this turn count by their characters. */
  readonly bufferedAmount: number;
  listen(listener: TextListener): void;
  /** Goes out with all else of this turn, in order, in one write. Does nothing unless open. */
  send(text: string): void;
  /**
   * The same for a text of which the middle was just read: it is copied once, at the end of the turn, and no string is made of it.
   * @param bytes UTF-8, as the others are, of which `from` to `to` is sent; they must stay as they are for the turn.
   */
  sendAround(before: Uint8Array, bytes: Uint8Array, from: number, to: number, behind: Uint8Array): void;
  /** Writes what has gathered now, for what must not wait for the end of the turn. */
  flush(): void;
  /** @throws RangeError for a code or a reason that a close frame cannot carry. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection; what was not written is lost. */
  terminate(): void;
}
