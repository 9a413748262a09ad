/**
 * One connection that listens to what Postgres notifies, made again whenever it breaks. Notices carry ids only: a payload has
 * 8,000 bytes at most, and the rows are the truth. It needs a direct connection, or one pooled by session.
 */
import { Client } from 'pg';
import type { Cancel } from '../core/clock.js';
import type { DatabaseParts } from './database.js';

export const CHANNEL = 'cordboard';

const CONNECT_TIMEOUT_MS = 3000;
const RETRY_MS = 500;
/** A connection to a host that vanished says nothing: a query now and then finds out. */
const HEARTBEAT_MS = 10_000;

export class NoticeChannel {
  private readonly listeners = new Set<(payload: string | undefined) => void>();
  private client: Client | undefined;
  private closed = false;
  private cancelTimer: Cancel | undefined;

  constructor(private readonly parts: DatabaseParts) {}

  subscribe(listener: (payload: string | undefined) => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1 && !this.client) void this.connect();
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer?.();
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    if (this.closed) return;
    const client = new Client({
      connectionString: this.parts.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      application_name: 'cordboard-notices',
      keepAlive: true,
    });
    this.client = client;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      client.end().catch(() => undefined);
      this.cancelTimer?.();
      if (!this.closed) this.cancelTimer = this.parts.clock.after(RETRY_MS, () => void this.connect());
    };
    client.on('error', over);
    client.on('end', over);
    client.on('notification', ({ payload }) => this.tell(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      // Whatever was written before this moment, from the first subscription on, may have been missed.
      this.tell(undefined);
      this.beat(client, over, () => isOver);
    } catch {
      over();
    }
  }

  private beat(client: Client, over: () => void, isOver: () => boolean): void {
    this.cancelTimer = this.parts.clock.after(HEARTBEAT_MS, () => {
      if (isOver() || this.closed) return;
      client.query('select 1').then(() => this.beat(client, over, isOver), over);
    });
  }

  private tell(payload: string | undefined): void {
    for (const listener of this.listeners) listener(payload);
  }
}
