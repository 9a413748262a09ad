/**
 * The connection to Postgres: one pool, one place that notices that the server is away and that it is back. While it is away,
 * every query fails at once with `store-away` instead of queueing up behind time limits.
 */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { meansAway } from './away.js';
import { NoticeChannel } from './notice-channel.js';
import * as schema from './schema.js';
import { rootOf, statementErrorOf } from './statement.error.js';

export type Drizzle = NodePgDatabase<typeof schema>;

/** Enough for the short statements of one process; more only queue up inside Postgres. */
const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 3000;
/** Statements here take milliseconds; one that takes this long never comes back. */
const QUERY_TIMEOUT_MS = 8000;
const PROBE_EVERY_MS = 500;

export interface DatabaseParts {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: AppLogger;
}

export class Database {
  private readonly pool: Pool;
  private readonly orm: Drizzle;
  private readonly channel: NoticeChannel;
  private readonly backListeners = new Set<() => void>();
  private away = false;
  private closed = false;
  private cancelProbe: Cancel | undefined;

  constructor(private readonly parts: DatabaseParts) {
    this.pool = new Pool({
      connectionString: parts.url,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'cordboard',
      keepAlive: true,
    });
    // An idle connection that breaks is no failure of anybody's; the next query finds out.
    this.pool.on('error', () => undefined);
    // Nor one that breaks while a transaction holds it: its query fails. Without a listener it would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.orm = drizzle(this.pool, { schema });
    this.channel = new NoticeChannel(parts);
  }

  get isAway(): boolean {
    return this.away;
  }

  /** @throws CordboardError `store-away` while the server cannot be reached; whether a write took place is unknown then. */
  async run<Result>(task: (db: Drizzle) => Promise<Result>): Promise<Result> {
    if (this.away) throw new CordboardError('store-away');
    try {
      return await task(this.orm);
    } catch (error) {
      if (!meansAway(error)) throw statementErrorOf(error) ?? error;
      this.noticeAway(error);
      throw new CordboardError('store-away');
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
    await this.pool.end();
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
      this.pool.query('select 1').then(
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
