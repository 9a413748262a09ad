/**
 * A real PostgreSQL beside the service, for those who have no server: made, started or found running in the data directory.
 * Processes that start together need no lock between them: a cluster is put into its place by one rename, of two servers
 * Postgres lets only one run, and whoever lost either race uses what the winner made.
 */
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { letEnter, serverAccount } from './account.js';
import { usableBinaries } from './binaries.js';
import { findBinaryPackage, type BinaryPackage } from './binary-package.js';
import { isClusterThere, makeCluster, readPassword, takeBackFromRoot } from './cluster.js';
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres.error.js';
import { createDatabase, Presence, refusalOf, urlOf, type Address } from './presence.js';
import {
  disownPidFile,
  freePort,
  livingServer,
  startServer,
  stopServer,
  type ServerParts,
} from './server.js';

export { EmbeddedPostgresError } from './embedded-postgres.error.js';

export interface EmbeddedPostgres {
  /** For node-postgres, with the password in it: never log it. Its `application_name` tells this process from others. */
  readonly url: string;
  /** The server ran already. */
  readonly attached: boolean;
  /** Fast stop, only if this process started the server and nobody else is connected. Close your own pools before. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Such as `./data`; made if missing. The cluster goes to `<dataDir>/postgres`, the server's log to `<dataDir>/postgres.log`. */
  readonly dataDir: string;
  /** How many connections a server that is started here takes at most, 1 to 10,000. Default: 100. */
  readonly connections?: number;
  readonly log?: (message: string, detail?: object) => void;
}

interface Launch {
  readonly connections: number;
  readonly found: BinaryPackage;
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly log: (message: string, detail?: object) => void;
  /** `application_name` of this process. */
  readonly name: string;
}

/** Each attempt has its own limits; this one is for a server that neither comes nor goes. */
const READY_WITHIN_MS = 30_000;
const ASK_AGAIN_MS = 25;
/** Several processes with a pool each; more is a case for a server of its own, or for a service that says so. */
const LEAST_CONNECTIONS = 100;
/** SQLSTATE invalid_catalog_name: the server is new, or a crash came between it and its database. */
const NO_DATABASE = '3D000';
/**
 * Why a start fails that will not fail again, or not for the same reason: somebody took the port; another process started the
 * server; what a killed server left behind is still ending.
 */
const PASSING =
  /Address already in use|could not create any TCP\/IP sockets|"postmaster.pid" already exists|still in use/;

/** @throws EmbeddedPostgresError when it cannot be had, with what mends it */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  return startFromPackage(await findBinaryPackage(process.platform, process.arch), options);
}

/** The same with programs from a given place. */
export async function startFromPackage(
  found: BinaryPackage,
  options: EmbeddedOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  await makeDataDir(dataDir);
  const launch: Launch = {
    found,
    dataDir,
    clusterDir: path.join(dataDir, 'postgres'),
    connections: Math.max(options.connections ?? 0, LEAST_CONNECTIONS),
    log: options.log ?? (() => undefined),
    name: `cordboard-${process.pid}-${randomBytes(4).toString('hex')}`,
  };
  await isClusterThere(launch.clusterDir, found.major);
  return reach(launch);
}

async function reach(launch: Launch): Promise<EmbeddedPostgres> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let ours: ServerParts | undefined;
  let startedPid: number | undefined;
  while (Date.now() < deadline) {
    const living = await livingServer(launch.clusterDir);
    if (!living) {
      ours ??= await prepare(launch);
      startedPid = await start(launch, ours);
      continue;
    }
    const password = await readPassword(launch.clusterDir);
    const address = { port: living.port, password, name: launch.name };
    const presence = await join(launch, address);
    if (presence) {
      const parts = living.pid === startedPid ? ours : undefined;
      launch.log(parts ? 'embedded Postgres started' : 'embedded Postgres was running', {
        port: living.port,
      });
      return running(launch, address, presence, parts && { ...parts, pid: living.pid });
    }
    await wait(ASK_AGAIN_MS);
  }
  throw new EmbeddedPostgresError(
    `The embedded Postgres of ${launch.dataDir} was not ready within ${READY_WITHIN_MS / 1000} s`,
    `see ${path.join(launch.dataDir, 'postgres.log')}; if ${launch.clusterDir}/postmaster.pid names a process that is no Postgres, delete that file`,
  );
}

/** What only a start needs: the account, the programs, the cluster. */
async function prepare({ found, dataDir, clusterDir, connections, log }: Launch): Promise<ServerParts> {
  const account = await serverAccount(clusterDir);
  await letEnter(account, dataDir);
  const binaries = await usableBinaries(found, dataDir, account);
  if (await isClusterThere(clusterDir, found.major)) {
    await takeBackFromRoot(clusterDir, account);
  } else {
    log('making a cluster for the embedded Postgres', { clusterDir });
    await makeCluster(clusterDir, binaries, account);
  }
  return { dataDir, clusterDir, binaries, account, connections };
}

/** The process of the server; undefined when another process started it, or when trying again may help. */
async function start({ clusterDir, log }: Launch, parts: ServerParts): Promise<number | undefined> {
  await disownPidFile(clusterDir);
  const { ok, output } = await startServer(parts, await freePort());
  if (ok) return (await livingServer(clusterDir))?.pid;
  if (!PASSING.test(output) && !(await livingServer(clusterDir))) {
    throw new EmbeddedPostgresError(`The embedded Postgres did not start: ${output}`, USE_DATABASE_URL);
  }
  log('embedded Postgres did not start, trying again', { output });
  await wait(ASK_AGAIN_MS);
  return undefined;
}

/** Undefined while the server is not ready, or is another one. */
async function join({ clusterDir, log }: Launch, address: Address): Promise<Presence | undefined> {
  try {
    const presence = await Presence.join(address, () => log('embedded Postgres ended the connection'));
    if ((await realpath(presence.clusterDir)) === (await realpath(clusterDir))) return presence;
    await presence.leave();
    return undefined;
  } catch (error) {
    if (refusalOf(error) !== NO_DATABASE) throwRefusal(error, clusterDir);
    else await createDatabase(address).catch((error: unknown) => throwRefusal(error, clusterDir));
    return undefined;
  }
}

/** Does nothing about errors that pass: the server is not there yet, or not any more. */
function throwRefusal(cause: unknown, clusterDir: string): void {
  const refusal = refusalOf(cause);
  if (refusal === undefined) return;
  throw new EmbeddedPostgresError(
    `The embedded Postgres refuses this process (SQLSTATE ${refusal})`,
    `see the log beside ${clusterDir}, or ${USE_DATABASE_URL}`,
    { cause },
  );
}

type Started = ServerParts & { readonly pid: number };

function running(
  launch: Launch,
  address: Address,
  presence: Presence,
  started: Started | undefined,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  return {
    url: urlOf(address),
    attached: !started,
    stop: () => (stopping ??= started ? stop(launch, presence, started, address.port) : presence.leave()),
  };
}

async function stop({ log }: Launch, presence: Presence, started: Started, port: number): Promise<void> {
  let outcome = 'embedded Postgres goes on for other clients';
  try {
    await presence.leave(async () => {
      const { ok, output } = await stopServer(started, started.pid);
      outcome = ok ? 'embedded Postgres stopped' : `embedded Postgres could not be stopped: ${output}`;
    });
  } catch (error) {
    // The connection broke, so this may be another server by now. One that goes on harms nobody: the next start uses it.
    outcome = `embedded Postgres was left alone: ${error instanceof Error ? error.message : String(error)}`;
  }
  log(outcome, { port });
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `DATA_DIR ${dataDir} cannot be made or written (${cause instanceof Error ? cause.message : String(cause)})`,
      `set DATA_DIR to a directory that the service may write, or ${USE_DATABASE_URL}`,
      { cause },
    );
  }
}
