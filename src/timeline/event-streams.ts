/**
 * The event streams that are open in this process: each reads from the store behind what its peer has taken, and sleeps until the
 * hub wakes it. Their number is bounded, and the memory of each by one page.
 */
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { LoopTurns } from '../ops/loop-turns.js';
import { Metrics } from '../ops/metrics.js';
import { BACKGROUND_CLOCK } from '../ops/tokens.js';
import { EventHub } from './event-hub.js';
import type { Follower, Portion } from './follower.js';
import { SseResponse } from './sse-response.js';

/** Each looks into the store every 15 s although nothing happens; so many are 67 small reads a second. */
export const MAX_STREAMS = 1000;
/** So many are written to in one turn of the event loop: one event wakes all readers at once. */
const WRITES_EACH_TURN = 8;
/** How soon a stream looks whether a store that was away is back. */
const AWAY_RETRY_MS = 500;
/** When the process stops, a reader gets this long to take what was written. */
const LAST_GRACE_MS = 1000;

export interface Opening {
  readonly follower: Follower;
  /** What a reader comes back with that was sent nothing. */
  readonly lastEventId?: string;
}

@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly open = new Set<SseResponse>();
  private readonly turns = new LoopTurns(WRITES_EACH_TURN);
  private isStopping = false;

  constructor(
    private readonly hub: EventHub,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    metrics.gauge('event_streams', 'Event streams that are open now.', () => this.open.size);
  }

  /**
   * Serves the stream to its end. @param prepare finds out where it begins.
   * @throws CordboardError before anything was written: `too-many-streams`, `draining`, `store-away`, and what `prepare` throws.
   */
  async serve(response: Response, prepare: () => Promise<Opening>): Promise<void> {
    if (this.isStopping) throw new CordboardError('draining');
    if (this.open.size >= MAX_STREAMS) throw new CordboardError('too-many-streams');
    const stream = new SseResponse(response, this.clock);
    this.open.add(stream);
    try {
      await this.follow(stream, await prepare(), response.req.method === 'HEAD');
    } finally {
      // One that has ended and was not taken yet still holds its memory.
      if (response.headersSent) void stream.whenClosed().then(() => this.open.delete(stream));
      else this.open.delete(stream);
    }
  }

  /**
   * An open stream would keep the HTTP server from closing. Global modules have their turn last, so the calls have drained by now:
   * see media-stream/drain.ts.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const open = [...this.open];
    for (const stream of open) stream.end('this replica is shutting down; come back with the last id');
    const cancel = this.clock.after(LAST_GRACE_MS, () => {
      for (const stream of open) stream.cutOff();
    });
    await Promise.all(open.map((stream) => stream.whenClosed()));
    cancel();
  }

  private async follow(
    stream: SseResponse,
    { follower, lastEventId }: Opening,
    head: boolean,
  ): Promise<void> {
    const sleeper = new Sleeper(this.clock);
    void stream.whenClosed().then(() => sleeper.wake());
    const unfollow = this.hub.follow(follower.scope, (notice) => {
      follower.noticed(notice);
      sleeper.wake();
    });
    try {
      const first = await follower.read();
      if (first.next === 'over' && !first.messages) {
        stream.nothing();
        return;
      }
      await stream.begin(lastEventId);
      if (head) stream.end('');
      else await this.send(stream, follower, sleeper, first);
    } finally {
      unfollow();
    }
  }

  private async send(
    stream: SseResponse,
    follower: Follower,
    sleeper: Sleeper,
    first: Portion,
  ): Promise<void> {
    for (let portion = first; ; portion = await readOn(follower)) {
      if (portion.messages) {
        await this.turns.next();
        await stream.write(portion.messages);
      }
      if (portion.next === 'over') stream.end('the call has ended');
      else if (portion.next === 'rest') {
        await sleeper.sleep(Math.min(portion.withinMs ?? Infinity, stream.keepAliveInMs));
        if (stream.keepAliveInMs === 0) await stream.write(':\n\n');
      }
      if (stream.isOver) return;
      sleeper.isAwake = false;
    }
  }
}

/** Notices that come while a reader is at work only make it look again. */
class Sleeper {
  isAwake = false;
  private wakeUp: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  wake(): void {
    this.isAwake = true;
    this.wakeUp?.();
  }

  sleep(ms: number): Promise<void> {
    if (this.isAwake) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, () => this.wakeUp?.());
      this.wakeUp = () => {
        this.wakeUp = undefined;
        cancel();
        resolve();
      };
    });
  }
}

async function readOn(follower: Follower): Promise<Portion> {
  try {
    return await follower.read();
  } catch (error) {
    if (!(error instanceof CordboardError) || error.code !== 'store-away') throw error;
    return { messages: undefined, next: 'rest', withinMs: AWAY_RETRY_MS };
  }
}
