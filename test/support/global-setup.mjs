/**
 * One embedded Postgres for the whole run, started as the service starts its own; every test that needs a database makes one
 * on it. It runs what was built, because this file is loaded before anything can transform TypeScript.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../dist/persistence/embedded/embedded-postgres.js';

// oxlint-disable-next-line import/no-default-export -- Jest calls the default export.
export default async function startPostgres() {
  // Set by hand, a server that runs already saves the start.
  if (process.env.CORDBOARD_TEST_POSTGRES) return;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-tests-'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  process.env.CORDBOARD_TEST_POSTGRES = postgres.url;
  globalThis.cordboardTestPostgres = { postgres, dataDir };
}
