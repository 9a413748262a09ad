/**
 * An HTTP answer as an event stream. Holds back its writer until the peer has taken what was written, and cuts off a peer that
 * takes nothing; knows nothing of events.
 */
import type { Response } from 'express';
import type { Clock } from '../core/clock.js';

/** A reader that has not taken what waits for it after this time is cut off; it comes back with its last id. */
export const DRAIN_TIMEOUT_MS = 30_000;
/** Proxies take a connection for dead after a minute of silence, some sooner. */
export const KEEP_ALIVE_MS = 15_000;
/** What EventSource waits before it comes back, in milliseconds. */
const RETRY = 'retry: 2000\n';

export class SseResponse {
  private closed = false;
  private writtenAt: number;
  private readonly gone: Promise<void>;

  constructor(
    private readonly response: Response,
    private readonly clock: Clock,
  ) {
    this.writtenAt = clock.now();
    this.gone = new Promise((resolve) => {
      response.once('close', () => {
        this.closed = true;
        resolve();
      });
    });
  }

  /** Ended by us, or the peer is gone: nothing that is written now would arrive. */
  get isOver(): boolean {
    return this.closed || this.response.writableEnded;
  }

  /** The peer has taken everything or is gone: the answer holds no memory any more. */
  whenClosed(): Promise<void> {
    return this.gone;
  }

  /** @param lastEventId what a reader comes back with that was sent nothing. */
  async begin(lastEventId?: string): Promise<void> {
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      // nginx would gather what is to be seen at once.
      'X-Accel-Buffering': 'no',
    });
    await this.write(`${RETRY}${lastEventId === undefined ? '' : `id: ${lastEventId}\n`}\n`);
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async write(chunk: string | Buffer): Promise<void> {
    if (this.isOver) return;
    this.writtenAt = this.clock.now();
    if (this.response.write(chunk)) return;
    await this.taken('drain');
  }

  get keepAliveInMs(): number {
    return Math.max(0, this.writtenAt + KEEP_ALIVE_MS - this.clock.now());
  }

  /** Ends the answer behind what was written. @param comment for people who read the stream; programs do not see it. */
  end(comment: string): void {
    if (this.isOver) return;
    this.response.end(`: ${comment}\n\n`);
    void this.taken('close');
  }

  nothing(): void {
    this.response.status(204).end();
  }

  cutOff(): void {
    this.response.destroy();
  }

  private taken(event: 'drain' | 'close'): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(DRAIN_TIMEOUT_MS, () => this.cutOff());
      const done = (): void => {
        cancel();
        this.response.off('drain', done).off('close', done);
        resolve();
      };
      this.response.once(event, done).once('close', done);
    });
  }
}
