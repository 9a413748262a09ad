/**
 * The server that keeps the calls, with the tables of this version: the one of DATABASE_URL, or the embedded one, which is started.
 * Opened once for all processes that share a port.
 */
import type { Environment } from '../config/environment.js';
import type { AppLogger } from '../ops/logger.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateDatabase } from './migrate.js';

/** A server that is started together with the service takes some seconds; one that is not there by then is a mistake. */
const SERVER_PATIENCE_MS = 30_000;
/** Of each process: both pools of `Database` and its notices, and one to spare. */
const CONNECTIONS_OF_A_PROCESS = 15;
/** For whoever else looks into the embedded store: other processes of this machine, psql, a backup. */
const CONNECTIONS_OF_OTHERS = 40;

export interface StoreServer {
  /** With the password in it: never log it. */
  readonly url: string;
  /** After the pools are closed. A server that somebody else started goes on. */
  stop(): Promise<void>;
}

/** @throws StoreError, EmbeddedPostgresError */
export async function openStoreServer(
  { DATABASE_URL, DATA_DIR, WORKERS }: Environment,
  logger: AppLogger,
): Promise<StoreServer> {
  if (DATABASE_URL !== undefined) {
    await migrateDatabase(DATABASE_URL, SERVER_PATIENCE_MS);
    return serverOfOthers(DATABASE_URL);
  }
  const embedded = await startEmbeddedPostgres({
    dataDir: DATA_DIR,
    connections: WORKERS * CONNECTIONS_OF_A_PROCESS + CONNECTIONS_OF_OTHERS,
    log: (message, detail) => logger.info(detail ?? {}, message),
  });
  try {
    await migrateDatabase(embedded.url, SERVER_PATIENCE_MS);
    return embedded;
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** One that somebody else opened and will stop. */
export function serverOfOthers(url: string): StoreServer {
  return { url, stop: () => Promise.resolve() };
}
