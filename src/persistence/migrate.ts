/**
 * Brings the database to the tables of this version. Drizzle's migrator is not made for replicas that start together (both
 * would apply the same file), so one lock of the database lets them through one by one.
 */
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

const FOLDER = fileURLToPath(new URL('migrations', import.meta.url));
/** Any number will do that no other program locks in the same database: "cord" in ASCII. */
const LOCK = 0x63_6f_72_64;
const CONNECT_TIMEOUT_MS = 10_000;

export async function migrateDatabase(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'cordboard-migration',
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: FOLDER });
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}
