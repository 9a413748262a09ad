/**
 * The account under which Postgres runs. Postgres refuses to be run by root, so root hands over to an account without rights;
 * anybody else runs it as himself. It also sees to it that the account reaches the directory of the cluster.
 */
import { chmod, chown, lchown, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { runChild } from './child.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account `nobody` of Linux. It needs a line in /etc/passwd, because initdb looks its own name up: usual images have it.
 * macOS calls another number `nobody`, so root on macOS gets initdb's message (not tried).
 */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };
const PROBE_TIMEOUT_MS = 10_000;
const GROUP_MAY_ENTER = 0o010;

/** Undefined: as whoever runs this process. Root leaves a cluster with the account that has it already. */
export async function serverAccount(clusterDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(clusterDir).catch(() => undefined);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
}

/** Gives a directory and all in it to the account. */
export async function giveTo(account: Account | undefined, directory: string): Promise<void> {
  if (!account) return;
  await lchown(directory, account.uid, account.gid);
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    await lchown(path.join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}

/**
 * @throws EmbeddedPostgresError when the account cannot enter the data directory. The data directory itself is opened to the
 * account's group if need be; what lies above it is not ours to change.
 */
export async function letEnter(account: Account | undefined, dataDir: string): Promise<void> {
  if (!account || (await canEnter(account, dataDir))) return;
  const { uid, mode } = await stat(dataDir);
  await chown(dataDir, uid, account.gid);
  await chmod(dataDir, (mode & 0o7777) | GROUP_MAY_ENTER);
  if (await canEnter(account, dataDir)) return;
  throw new EmbeddedPostgresError(
    `DATA_DIR ${dataDir} lies in a directory that uid ${account.uid} may not enter, and root may not run Postgres itself`,
    'set DATA_DIR to a directory that others may enter, such as /var/lib/cordboard, or do not run the service as root',
  );
}

/** Asks the system instead of adding up bits: ACLs, mounts and security modules have a say, too. */
async function canEnter(account: Account, directory: string): Promise<boolean> {
  const { ok } = await runChild({
    file: '/bin/sh',
    args: ['-c', 'cd -- "$1"', 'sh', directory],
    cwd: '/',
    account,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  return ok;
}
