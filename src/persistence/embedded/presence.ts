/**
 * One connection for each process that uses the server, from its start to its stop. It holds a shared lock of the database, so a
 * process that wants to stop the server sees the others even while their pools are empty, and one that comes meanwhile waits
 * for the outcome. The lock goes with the connection, so a crash leaves nothing behind.
 */
import { Socket } from 'node:net';
import { Client, DatabaseError } from 'pg';
import { ROLE } from './cluster.js';

export interface Address {
  readonly port: number;
  readonly password: string;
  /** `application_name` of all connections of this process. */
  readonly name: string;
}

const HOST = '127.0.0.1';
/** Two numbers, so it cannot meet the locks of one number that migrations take: "cord" in ASCII, and the first of its kind. */
const LOCK = '1668248164, 1';
const CONNECT_TIMEOUT_MS = 5000;
/** Only a server that is being stopped keeps somebody waiting for the lock. */
const QUERY_TIMEOUT_MS = 15_000;

/** For node-postgres. The name in it wins over the `application_name` of a pool. */
export function urlOf({ port, password, name }: Address, database = ROLE): string {
  return `postgres://${ROLE}:${password}@${HOST}:${port}/${database}?application_name=${name}`;
}

export class Presence {
  private left = false;

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    /** Where the server keeps its files, as it was told. */
    readonly clusterDir: string,
  ) {}

  /** @throws an error of the driver while the server is away, starting or stopping, and when it refuses the password */
  static async join(address: Address, onLost: () => void = () => undefined): Promise<Presence> {
    const socket = new Socket();
    const client = new Client({
      connectionString: urlOf(address),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      stream: () => socket,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(`select pg_advisory_lock_shared(${LOCK})`);
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      const presence = new Presence(client, socket, rows[0]?.data_directory ?? '');
      client.once('end', () => {
        if (!presence.left) onLost();
      });
      // A process that has nothing left to do may end without saying so.
      socket.unref();
      return presence;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** Ends the connection. `ifLast` runs before, when nobody else uses the server, and nobody can join while it runs. */
  async leave(ifLast?: () => Promise<void>): Promise<void> {
    this.left = true;
    this.socket.ref();
    try {
      if (ifLast && (await this.isLast())) await ifLast();
    } finally {
      await this.client.end().catch(() => undefined);
    }
  }

  private async isLast(): Promise<boolean> {
    const lock = await this.client.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK}) as got`);
    if (lock.rows[0]?.got !== true) return false;
    const others = await this.client.query(
      `select from pg_stat_activity
        where backend_type = 'client backend' and application_name <> current_setting('application_name')`,
    );
    return others.rowCount === 0;
  }
}

/** Creates the database where it is missing, as after a crash between initdb and this. */
export async function createDatabase(address: Address): Promise<void> {
  const client = new Client({
    connectionString: urlOf(address, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`create database ${ROLE}`);
  } catch (error) {
    // Another process that starts now was faster: duplicate_database, or unique_violation in the same instant.
    if (!['42P04', '23505'].includes(refusalOf(error) ?? '')) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SQLSTATE with which the server answered; undefined when it did not answer, or is starting or stopping (57P0x). */
export function refusalOf(error: unknown): string | undefined {
  const state = error instanceof DatabaseError ? error.code : undefined;
  return state?.startsWith('57P0') ? undefined : state;
}
