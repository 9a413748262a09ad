/**
 * The server of a cluster: whether one runs, and how it is started and stopped. It outlives the process that starts it.
 */
import { chown, open, readFile, readlink, realpath, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { runChild, type Ended } from './child.js';
import { parsePostmasterFile, withoutOwner, type PostmasterFile } from './postmaster-file.js';

export interface ServerParts {
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** How many it takes at once. */
  readonly connections: number;
}

/** What is given at every start, so that a newer Cordboard can change it for an older cluster. No value needs quotes. */
const SETTINGS = {
  // For programs on this machine, with a password. Socket files would be a second door, and their paths end at 107 bytes.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A few thousand small rows a day. The memory is taken even if nothing happens.
  shared_buffers: '32MB',
  // The write-ahead log would grow to 1 GB before it is recycled; 32 MB is the least.
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  // Nobody replicates from here. A crash and a power loss are survived all the same: fsync and synchronous_commit stay on.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // The cores are for calls, and workers need /dev/shm, of which a container has little.
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements, and the DETAIL of an error, have numbers and words of callers in them.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  // The log is not rotated, and has nothing regular in it so that it stays small.
  log_checkpoints: 'off',
};

const START_TIMEOUT_S = 30;
/** It writes what is in its 32 MB of memory down before it goes. */
const STOP_TIMEOUT_MS = 30_000;
const ASK_AGAIN_MS = 10;
/** pg_ctl keeps its own limit where it waits; this is for a pg_ctl that hangs. */
const GRACE_MS = 5000;
const LOG_FILE = 'postgres.log';
const LOG_TAIL_BYTES = 2000;

/** What postmaster.pid says of a server that lives, perhaps without being ready. */
export async function livingServer(clusterDir: string): Promise<PostmasterFile | undefined> {
  const found = parsePostmasterFile(await readPidFile(clusterDir));
  return found && (await isServerOf(clusterDir, found.pid)) ? found : undefined;
}

/**
 * Postgres itself deals with a file whose process is gone, but refuses to start while a stranger has its number: after a crash
 * of a container, where numbers are small and come again, that is no rare case.
 */
export async function disownPidFile(clusterDir: string): Promise<void> {
  const text = await readPidFile(clusterDir);
  const found = parsePostmasterFile(text);
  if (!found || !isAlive(found.pid) || (await isServerOf(clusterDir, found.pid))) return;
  await writeFile(pidFileOf(clusterDir), withoutOwner(text));
}

/**
 * On Linux a server is known by its working directory, which is that of its cluster. Elsewhere there is no such cheap proof:
 * any living process counts there, and the connection that follows decides (not tried on macOS and Windows).
 */
async function isServerOf(clusterDir: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return isAlive(pid);
  const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingDir !== undefined && workingDir === (await realpath(clusterDir));
}

/**
 * Starts the server detached (pg_ctl gives it a session of its own) and waits until it is ready.
 * @returns not ok when it could not start, which is also so when another process started it meanwhile
 */
export async function startServer(parts: ServerParts, port: number): Promise<Ended> {
  const { dataDir, clusterDir, binaries, account, connections } = parts;
  const log = await open(path.join(dataDir, LOG_FILE), 'a', 0o600);
  try {
    if (account) await chown(path.join(dataDir, LOG_FILE), account.uid, account.gid);
    const before = (await log.stat()).size;
    const settings = Object.entries({ port, max_connections: connections, ...SETTINGS }).map(
      ([name, value]) => `-c ${name}=${value}`,
    );
    const ended = await runChild({
      file: binaries.pgCtl,
      // Paths relative to `cwd`: pg_ctl passes them through a shell, in which a `$` in a path would mean something.
      args: [
        'start',
        `--pgdata=${path.relative(dataDir, clusterDir)}`,
        `--log=${LOG_FILE}`,
        '--wait',
        `--timeout=${START_TIMEOUT_S}`,
        `--options=${settings.join(' ')}`,
      ],
      cwd: dataDir,
      account,
      timeoutMs: START_TIMEOUT_S * 1000 + GRACE_MS,
      // No pipe: on Windows the server would inherit it and keep it open (known of pg_ctl, not tried).
      outputFd: log.fd,
    });
    return ended.ok || ended.errno ? ended : { ok: false, output: await logSince(dataDir, before) };
  } finally {
    await log.close();
  }
}

/**
 * Ends all connections, writes everything down and waits until the server is gone. The waiting is not left to pg_ctl: it takes
 * the server that another process may start in the same moment for the one that does not go.
 */
export async function stopServer(parts: ServerParts, pid: number): Promise<Ended> {
  const { dataDir, clusterDir, binaries, account } = parts;
  const ended = await runChild({
    file: binaries.pgCtl,
    args: ['stop', `--pgdata=${path.relative(dataDir, clusterDir)}`, '--mode=fast', '--no-wait'],
    cwd: dataDir,
    account,
    timeoutMs: GRACE_MS,
  });
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (ended.ok && (await livingServer(clusterDir))?.pid === pid) {
    if (Date.now() > deadline) return { ok: false, output: `it was not gone after ${STOP_TIMEOUT_MS} ms` };
    await wait(ASK_AGAIN_MS);
  }
  return ended;
}

/** A port of the loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function logSince(dataDir: string, position: number): Promise<string> {
  const text = (await readFile(path.join(dataDir, LOG_FILE))).subarray(position).toString('utf8');
  return text.slice(-LOG_TAIL_BYTES).trim();
}

function readPidFile(clusterDir: string): Promise<string> {
  return readFile(pidFileOf(clusterDir), 'utf8').catch(() => '');
}

function pidFileOf(clusterDir: string): string {
  return path.join(clusterDir, 'postmaster.pid');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
