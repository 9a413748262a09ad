/**
 * The workers of a parent: starts them, starts again those that end, passes on what they have to say, and stops them.
 */
import type { Worker } from 'node:cluster';
import type { Cancel, Clock } from '../core/clock.js';
import type { AppLogger } from '../ops/logger.js';
import { HandedConnections } from './handed-connection.js';
import { RestartPace } from './restart-pace.js';
import { readToParent, type ToParent, type ToWorker } from './wire.js';
import { WorkerError } from './worker.error.js';

export interface CrewParts {
  readonly count: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: AppLogger;
  /** How long workers may take to stop before they are killed, milliseconds. */
  readonly stopWithinMs: number;
  fork(): Worker;
  /** A worker said something that is for the parent. */
  heard(number: number, message: ToParent): void;
  /** Comes each time one ended, for whatever reason. */
  gone(number: number): void;
  restarted(): void;
}

/** What a worker said before its end is read within a turn or two. */
const LAST_WORDS_MS = 5;
const TAKE_CONNECTION: ToWorker = { cordboard: 'take-connection' };

interface Seat {
  readonly number: number;
  readonly pace: RestartPace;
  worker?: Worker | undefined;
  readyAt?: number | undefined;
  fault?: string | undefined;
  cancelRestart?: Cancel;
}

export class Crew {
  private readonly seats: readonly Seat[];
  private phase: 'starting' | 'up' | 'stopping' | 'failed' = 'starting';
  private readonly handed = new HandedConnections();
  private isClean = true;
  private tellUp: () => void = () => undefined;
  private tellFailed: (error: Error) => void = () => undefined;
  private tellEmpty: () => void = () => undefined;

  constructor(private readonly parts: CrewParts) {
    this.seats = Array.from({ length: parts.count }, (_, at) => ({
      number: at + 1,
      pace: new RestartPace(),
    }));
  }

  get alive(): number {
    return this.seats.filter(({ readyAt }) => readyAt !== undefined).length;
  }

  /**
   * Resolves when the first worker listens, or when it was told to stop before.
   * @throws WorkerError when one ended before any of them had come so far: all others are gone by then.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tellUp = resolve;
      this.tellFailed = reject;
      for (const seat of this.seats) this.fill(seat);
    });
  }

  /** Lets all workers drain. @returns whether each of them ended as it should. */
  async stop(): Promise<boolean> {
    this.phase = 'stopping';
    for (const { cancelRestart } of this.seats) cancelRestart?.();
    this.broadcast({ cordboard: 'stop' });
    await this.untilEmpty(this.parts.stopWithinMs);
    this.tellUp();
    return this.isClean;
  }

  /** @returns the numbers of those that were told. */
  broadcast(message: ToWorker, except?: number): readonly number[] {
    const told = this.seats.filter(({ number, worker }) => number !== except && worker?.isConnected());
    for (const { number } of told) this.send(number, message);
    return told.map(({ number }) => number);
  }

  send(number: number, message: ToWorker): void {
    const worker = this.seats[number - 1]?.worker;
    // One that ends meanwhile is heard of by its end.
    if (worker?.isConnected()) worker.send(message, () => undefined);
  }

  private fill(seat: Seat): void {
    const worker = this.parts.fork();
    Object.assign(seat, { worker, readyAt: undefined, fault: undefined });
    worker.on('error', (error) =>
      this.parts.logger.warn({ worker: seat.number, err: error }, 'the channel to a worker failed'),
    );
    worker.on('message', (raw: unknown) => {
      const message = readToParent(raw);
      // What comes behind its end is of nobody.
      if (message && seat.worker === worker) this.hear(seat, message);
    });
    this.handed.watch(worker);
    worker.once('exit', (code, signal) => {
      if (seat.worker === worker) this.emptied(seat, signal ?? code);
      this.passOn(worker);
    });
  }

  private hear(seat: Seat, message: ToParent): void {
    const { number } = seat;
    switch (message.cordboard) {
      case 'hello': {
        this.send(number, { cordboard: 'begin', number, variables: this.parts.variables });
        // It may have been told before it could hear.
        if (this.phase === 'stopping') this.send(number, { cordboard: 'stop' });
        break;
      }
      case 'ready': {
        seat.readyAt = this.parts.clock.now();
        if (this.phase === 'starting') this.phase = 'up';
        this.tellUp();
        break;
      }
      case 'failed': {
        seat.fault = message.fault;
        break;
      }
      default: {
        this.parts.heard(number, message);
      }
    }
  }

  private emptied(seat: Seat, how: string | number): void {
    const { number, readyAt, fault } = seat;
    Object.assign(seat, { worker: undefined, readyAt: undefined });
    this.parts.gone(number);
    const livedMs = readyAt === undefined ? 0 : this.parts.clock.now() - readyAt;
    if (this.phase === 'up') this.replace(seat, livedMs, how);
    else if (this.phase === 'starting')
      void this.giveUp(fault ?? `Worker ${number} ended while it started (${how}).`);
    else if (this.phase === 'stopping' && how !== 0) {
      this.isClean = false;
      this.parts.logger.error({ worker: number, how, fault }, 'a worker did not end as it should');
    }
    if (this.seats.every(({ worker }) => !worker)) this.tellEmpty();
  }

  /** Of a worker that is gone, once all that it said was heard: Node has no event for that while a connection is on its way. */
  private passOn(gone: Worker): void {
    if (gone.isConnected()) {
      this.parts.clock.after(LAST_WORDS_MS, () => this.passOn(gone));
      return;
    }
    const connection = this.handed.leftBy(gone);
    if (!connection) return;
    const other = this.seats.find(({ readyAt, worker }) => readyAt !== undefined && worker?.isConnected());
    if (other?.worker) other.worker.send(TAKE_CONNECTION, connection, () => undefined);
    else connection.destroy();
  }

  private replace(seat: Seat, livedMs: number, how: string | number): void {
    const inMs = seat.pace.delayAfter(livedMs);
    const { number, fault } = seat;
    this.parts.logger.error(
      { worker: number, how, fault, livedMs, inMs },
      'a worker ended; it is started again',
    );
    this.broadcast({ cordboard: 'sibling-lost' });
    seat.cancelRestart = this.parts.clock.after(inMs, () => {
      this.parts.restarted();
      this.fill(seat);
    });
  }

  /** What one cannot do at the start, the others cannot; and none of them carries anything yet. */
  private async giveUp(fault: string): Promise<void> {
    this.phase = 'failed';
    await this.untilEmpty(0);
    this.tellFailed(new WorkerError(fault));
  }

  private untilEmpty(withinMs: number): Promise<void> {
    if (this.seats.every(({ worker }) => !worker)) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(withinMs, () => {
        for (const { worker } of this.seats) worker?.process.kill('SIGKILL');
      });
      this.tellEmpty = () => {
        cancel();
        resolve();
      };
    });
  }
}
