/**
 * The connection to Postgres: one pool, one place that notices that the server is away and that it is back. While it is away,
 * every query fails at once with `store-away` instead of queueing up behind time limits.
 */
import { sql } from 'drizzle-orm';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { meansAway, meansNoneFree } from './away.js';
import { Connections, type Drizzle } from './connections.js';
import { NoticeChannel } from './notice-channel.js';
import { rootOf, StatementError, statementErrorOf } from './statement.error.js';

/** Enough for the short statements of one process; more only queue up inside Postgres. */
const POOL_SIZE = 10;
/** Those who enter hold locks and wait for each other: in connections of their own, so that nobody else waits with them. */
const ENTRY_POOL_SIZE = 3;
/**
 * In milliseconds: how long one who enters waits for a lock, and how long one whose process stands still may hold it. By statement and
 * not as options of the connection, which poolers refuse.
 */
const ENTRY_LIMITS = sql`select set_config('lock_timeout', '2000', true), set_config('idle_in_transaction_session_timeout', '5000', true)`;
/** SQLSTATE of the two. */
const ENTRY_TOOK_TOO_LONG = new Set(['55P03', '25P03']);
const PROBE_EVERY_MS = 500;

const TOO_MANY_AT_ONCE =
  'Calls that are placed at once wait for one another where limits are counted, and this one waited too long; nothing was placed.';

/** Every connection was in use for as long as anybody waits. */
class NoneFreeError extends CordboardError {
  constructor() {
    super('store-away', 'The store is busy.');
  }
}

export interface DatabaseParts {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: AppLogger;
}

export class Database {
  private readonly main: Connections;
  private readonly entries: Connections;
  private readonly channel: NoticeChannel;
  private readonly backListeners = new Set<() => void>();
  private away = false;
  private closed = false;
  private cancelProbe: Cancel | undefined;

  constructor(private readonly parts: DatabaseParts) {
    this.main = new Connections(parts.url, POOL_SIZE);
    this.entries = new Connections(parts.url, ENTRY_POOL_SIZE);
    this.channel = new NoticeChannel(parts);
  }

  get isAway(): boolean {
    return this.away;
  }

  /** @throws CordboardError `store-away` while the server cannot be reached; whether a write took place is unknown then. */
  run<Result>(task: (db: Drizzle) => Promise<Result>): Promise<Result> {
    return this.over(this.main, () => task(this.main.orm));
  }

  /**
   * One transaction that may take locks for which others wait.
   * @throws CordboardError `at-capacity` when its turn does not come in time: nothing is written then. `store-away` as above.
   */
  async enter<Result>(task: (tx: Pick<Drizzle, 'execute'>) => Promise<Result>): Promise<Result> {
    try {
      return await this.over(this.entries, () =>
        this.entries.orm.transaction(async (tx) => {
          await tx.execute(ENTRY_LIMITS);
          return task(tx);
        }),
      );
    } catch (error) {
      const isLate =
        error instanceof NoneFreeError ||
        (error instanceof StatementError && ENTRY_TOOK_TOO_LONG.has(error.code));
      throw isLate ? new CordboardError('at-capacity', TOO_MANY_AT_ONCE) : error;
    }
  }

  /** Tells each time the server can be reached again. */
  onBack(listener: () => void): () => void {
    this.backListeners.add(listener);
    return () => this.backListeners.delete(listener);
  }

  /** Listens to what `NOTIFY` says; `undefined` when the connection was lost for a while and anything may have been missed. */
  onNotice(listener: (payload: string | undefined) => void): () => void {
    return this.channel.subscribe(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.cancelProbe?.();
    await this.channel.close();
    await Promise.all([this.main.pool.end(), this.entries.pool.end()]);
  }

  private async over<Result>(connections: Connections, task: () => Promise<Result>): Promise<Result> {
    if (this.away) throw new CordboardError('store-away');
    try {
      return await task();
    } catch (error) {
      if (!meansAway(error)) throw statementErrorOf(error) ?? error;
      // Everybody is waiting for the others: this one goes without, and the server may be well.
      if (meansNoneFree(error) && connections.isExhausted) throw new NoneFreeError();
      this.noticeAway(error);
      throw new CordboardError('store-away');
    }
  }

  private noticeAway(error: unknown): void {
    if (this.away || this.closed) return;
    this.away = true;
    const { code, message } = rootOf(error);
    this.parts.logger.error({ code, reason: message }, 'the store cannot be reached');
    this.probe();
  }

  private probe(): void {
    this.cancelProbe = this.parts.clock.after(PROBE_EVERY_MS, () => {
      if (this.closed) return;
      this.main.pool.query('select 1').then(
        () => this.noticeBack(),
        () => this.probe(),
      );
    });
  }

  private noticeBack(): void {
    this.away = false;
    this.parts.logger.warn('the store can be reached again');
    for (const listener of this.backListeners) listener();
  }
}
