/**
 * The directory of the cluster: made once by initdb, checked at every start. It knows nothing of servers.
 */
import { randomBytes } from 'node:crypto';
import { chown, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { giveTo, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { runChild } from './child.js';
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres.error.js';
import { exists, putInPlace, withScratch } from './scratch.js';

/** The role that owns everything, and the name of the database. */
export const ROLE = 'cordboard';
/** Inside of the cluster, so that both can only be moved, copied and lost together. Postgres ignores it. */
const PASSWORD_FILE = 'cordboard-password';
const PASSWORD_BYTES = 24;
/** It takes about a second; a slow disk in a full machine may take much longer. */
const INITDB_TIMEOUT_MS = 120_000;

/**
 * Whether a cluster of this version is there.
 * @throws EmbeddedPostgresError when it is of another version, of another account, or no cluster at all
 */
export async function isClusterThere(clusterDir: string, major: number): Promise<boolean> {
  const entries = await readdir(clusterDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw unreadable(clusterDir, error);
  });
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) {
    throw new EmbeddedPostgresError(
      `${clusterDir} is not empty and not a PostgreSQL cluster`,
      'move what is in it away, or set DATA_DIR to another directory',
    );
  }
  const version = (await readFile(path.join(clusterDir, 'PG_VERSION'), 'utf8')).trim();
  if (version === String(major)) return true;
  throw new EmbeddedPostgresError(
    `The cluster in ${clusterDir} is of PostgreSQL ${version}, and the programs installed here are of PostgreSQL ${major}`,
    `dump it with the Cordboard that made it and restore it here, or ${USE_DATABASE_URL}`,
  );
}

/** Two processes may do this at once: one of them puts its cluster into the place, and both use it. */
export async function makeCluster(
  clusterDir: string,
  binaries: Binaries,
  account: Account | undefined,
): Promise<void> {
  await withScratch(path.dirname(clusterDir), account, async (scratch) => {
    const passwordFile = path.join(scratch, PASSWORD_FILE);
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    await writeFile(passwordFile, password, { mode: 0o600, flush: true });
    if (account) await chown(passwordFile, account.uid, account.gid);
    const made = path.join(scratch, 'cluster');
    const { ok, output } = await runChild({
      file: binaries.initdb,
      args: [`--pgdata=${made}`, `--pwfile=${passwordFile}`, ...INITDB_OPTIONS],
      cwd: scratch,
      account,
      timeoutMs: INITDB_TIMEOUT_MS,
    });
    if (!ok) throw new EmbeddedPostgresError(`initdb failed: ${output}`, USE_DATABASE_URL);
    await rename(passwordFile, path.join(made, PASSWORD_FILE));
    const isPlaced = await putInPlace(made, clusterDir);
    if (isPlaced || (await exists(path.join(clusterDir, 'PG_VERSION')))) return;
    // Nobody else's cluster is there, so the place itself is in the way: a volume that is mounted on it, for instance.
    throw new EmbeddedPostgresError(
      `The new cluster could not be moved to ${clusterDir}`,
      'leave that directory to Cordboard, and mount a volume on DATA_DIR itself',
    );
  });
}

const INITDB_OPTIONS = [
  `--username=${ROLE}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // The same order and letters on every machine: C.UTF-8 is built into the server, and no locale has to be installed.
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--no-instructions',
];

/** A cluster that root copied or restored may have become root's, and Postgres insists on owning it. */
export async function takeBackFromRoot(clusterDir: string, account: Account | undefined): Promise<void> {
  if (account && (await stat(clusterDir)).uid !== account.uid) await giveTo(account, clusterDir);
}

export async function readPassword(clusterDir: string): Promise<string> {
  const file = path.join(clusterDir, PASSWORD_FILE);
  if (!(await exists(file))) {
    throw new EmbeddedPostgresError(
      `The cluster in ${clusterDir} was not made by Cordboard: it has no ${PASSWORD_FILE}`,
      `set DATA_DIR to another directory, or DATABASE_URL to the server of that cluster`,
    );
  }
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

function unreadable(file: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`,
    'run the service under the account that made it, or set DATA_DIR to another directory',
    { cause },
  );
}
