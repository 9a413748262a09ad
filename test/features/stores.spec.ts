/** The store of calls behind its port: the fake that other tests use, and Postgres, held to one contract. */
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { callEntryContract } from '../contracts/call-entry.contract.js';
import { callStoreContract } from '../contracts/call-store.contract.js';
import { MemoryCallStore } from '../support/memory.call-store.js';
import { newDatabaseUrl, openDatabase, SERVERS } from '../support/test-database.js';

callStoreContract('in memory', () => Promise.resolve(new MemoryCallStore()));
callEntryContract('in memory', () => Promise.resolve(new MemoryCallStore()));

describe.each(SERVERS)('on $name Postgres', ({ url }) => {
  let database: Database | undefined;

  afterEach(async () => {
    await database?.close();
  });

  const open = async (): Promise<PostgresCallStore> => {
    database = openDatabase(await newDatabaseUrl(url));
    return new PostgresCallStore(database, 'replica_1');
  };
  callStoreContract('in a database', open);
  callEntryContract('in a database', open);
});
