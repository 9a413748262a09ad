/**
 * Databases for tests, each empty, on the Postgres that the whole run shares; dropped when the test file is over.
 */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Database } from '../../src/persistence/database.js';
import { migrateDatabase } from '../../src/persistence/migrate.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import { silentLogger } from './builders.js';

/** Set by `global-setup.mjs`. */
const SHARED_POSTGRES = process.env['CORDBOARD_TEST_POSTGRES'] ?? '';

/** The embedded Postgres, and the server of `TEST_DATABASE_URL` where one is given: its role must be allowed to create databases. */
export const SERVERS: readonly { readonly name: string; readonly url: string }[] = [
  { name: 'the embedded', url: SHARED_POSTGRES },
  ...[process.env['TEST_DATABASE_URL']].flatMap((url) => (url ? [{ name: 'a server’s', url }] : [])),
];

const made: { readonly server: string; readonly name: string }[] = [];

afterAll(async () => {
  for (const { server, name } of made.splice(0)) {
    await on(server, `drop database if exists ${name} with (force)`);
  }
});

/** A new database without any table, as an operator would hand it to the service. */
export async function emptyDatabaseUrl(server = SHARED_POSTGRES): Promise<string> {
  if (server === '') throw new Error('no Postgres was started: is test/support/global-setup.mjs configured?');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await on(server, `create database ${name}`);
  made.push({ server, name });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A new database with the tables of this version. */
export async function newDatabaseUrl(server = SHARED_POSTGRES): Promise<string> {
  const url = await emptyDatabaseUrl(server);
  await migrateDatabase(url);
  return url;
}

export function openDatabase(url: string): Database {
  return new Database({ url, clock: new SystemClock(), logger: silentLogger() });
}

async function on(server: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
