/**
 * A pool of connections to Postgres that knows whether all of it is in use: waiting in vain for one then says nothing about the server.
 */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import * as schema from './schema.js';

export type Drizzle = NodePgDatabase<typeof schema>;

const CONNECT_TIMEOUT_MS = 3000;
/** Statements here take milliseconds; one that takes this long never comes back. */
const QUERY_TIMEOUT_MS = 8000;

export class Connections {
  readonly pool: Pool;
  readonly orm: Drizzle;
  private inUse = 0;

  constructor(
    url: string,
    private readonly size: number,
  ) {
    this.pool = new Pool({
      connectionString: url,
      max: size,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'cordboard',
      keepAlive: true,
    });
    // An idle connection that breaks is no failure of anybody's; the next query finds out.
    this.pool.on('error', () => undefined);
    // Nor one that breaks while a transaction holds it: its query fails. Without a listener it would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.pool.on('acquire', () => (this.inUse += 1));
    this.pool.on('release', () => (this.inUse -= 1));
    this.orm = drizzle(this.pool, { schema });
  }

  get isExhausted(): boolean {
    return this.inUse >= this.size;
  }
}
