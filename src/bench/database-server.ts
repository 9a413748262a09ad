/**
 * The Postgres behind what is measured beside trouble: one for a whole run, with a new database for each measurement. The embedded one
 * where none is named.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../persistence/embedded/embedded-postgres.js';
import { postmasterOf } from './service-target.js';
import { yieldToOthers } from './yielding.js';

export interface MadeDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export class DatabaseServer {
  private made = 0;

  private constructor(
    private readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** @param url of a server whose account may make databases. */
  static async open(url: string | undefined): Promise<DatabaseServer> {
    if (url !== undefined) return new DatabaseServer(url, () => Promise.resolve());
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-bench-'));
    // It is run by an account of its own when this one is root.
    await chmod(dataDir, 0o755);
    const postgres = await startEmbeddedPostgres({ dataDir });
    for (const pid of postmasterOf(dataDir)) yieldToOthers(pid);
    return new DatabaseServer(postgres.url, async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  async make(): Promise<MadeDatabase> {
    this.made += 1;
    const name = `cordboard_bench_${process.pid}_${this.made}`;
    await this.execute(`create database ${name}`);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return { url: url.href, drop: () => this.execute(`drop database ${name} with (force)`) };
  }

  private async execute(statement: string): Promise<void> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
}
