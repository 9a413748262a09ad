/**
 * Brings the database to the tables of this version, when it can be reached: a server that starts together with the service
 * may take a while. Drizzle's migrator is not made for replicas that start together (both would apply the same file), so one
 * lock of the database lets them through one by one.
 */
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { meansAway } from './away.js';
import { StoreError } from './store.error.js';

const FOLDER = fileURLToPath(new URL('migrations', import.meta.url));
/** Any number will do that no other program locks in the same database: "cord" in ASCII. */
const LOCK = 0x63_6f_72_64;
/**
 * Events are read in the order of transaction numbers. Those that came with a dump carry the numbers of another cluster, and one that
 * this cluster has not reached yet would come again as new: they go before all that follow.
 */
const FORGET_FOREIGN_NUMBERS = `update call_events set tx = '0' where tx >= pg_snapshot_xmax(pg_current_snapshot())`;
const CONNECT_TIMEOUT_MS = 5000;
const RETRY_MS = 500;

/**
 * @param patienceMs how long a server that cannot be reached is waited for.
 * @throws StoreError
 */
export async function migrateDatabase(url: string, patienceMs = 0): Promise<void> {
  const client = await connect(url, Date.now() + patienceMs);
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: FOLDER });
    await client.query(FORGET_FOREIGN_NUMBERS);
  } catch (error) {
    throw new StoreError(`The tables of the store could not be brought up to date: ${reasonOf(error)}`);
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

async function connect(url: string, until: number): Promise<Client> {
  for (;;) {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'cordboard-migration',
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!meansAway(error) || Date.now() >= until)
        throw new StoreError(`The store cannot be used (see DATABASE_URL): ${reasonOf(error)}`);
      await setTimeout(RETRY_MS);
    }
  }
}

/** Of an error with causes, the last knows most; one of several addresses stands for all. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
