/** The service's end of a connection without a network: it keeps what is written to it, write by write. */
import { Duplex } from 'node:stream';

export class Wire extends Duplex {
  readonly writes: Buffer[] = [];

  /** @param reads whether the peer takes what is written. */
  constructor(private readonly reads = true) {
    super();
  }

  override _read(): void {
    // What comes in is pushed by the test.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(Buffer.from(chunk));
    if (this.reads) done();
  }
}

/** The next tick is over, and all that was promised for it. */
export const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
