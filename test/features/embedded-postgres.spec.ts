/** The embedded Postgres from its first start to its stop, with the real programs. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/persistence/embedded/embedded-postgres.js';
import { EmbeddedRig, query } from './embedded-postgres-rig.js';

const rig = new EmbeddedRig();
let dataDir: string;
let first: EmbeddedPostgres;
const said: string[] = [];
beforeAll(async () => {
  dataDir = await rig.newDir();
  first = await startEmbeddedPostgres({ dataDir, log: (message) => said.push(message) });
  await query(first.url, 'create table kept (at int)');
});
afterAll(() => rig.clean());

/** As another program would name itself. */
const asStranger = (url: string): string => url.replace(/application_name=.*/, 'application_name=psql');

describe('the first start', () => {
  it('makes a cluster and a database, and says so', () => {
    expect(first.attached).toBe(false);
    expect(new URL(first.url).pathname).toBe('/cordboard');
    expect(said).toEqual(['making a cluster for the embedded Postgres', 'embedded Postgres started']);
  });

  it.each([
    ['server_encoding', 'UTF8'],
    ['data_checksums', 'on'],
    ['fsync', 'on'],
    ['synchronous_commit', 'on'],
    ['password_encryption', 'scram-sha-256'],
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['TimeZone', 'UTC'],
    ['max_connections', '100'],
  ])('sets %s to "%s"', async (name, value) => {
    const [row = {}] = await query(first.url, `select current_setting('${name}') as value`);
    expect(row['value']).toBe(value);
  });

  it('sorts by code point and knows letters beyond ASCII on every machine', async () => {
    const [row] = await query(first.url, `select upper('straße é') as upper, 'Z' < 'a' as bytewise`);
    expect(row).toEqual({ upper: 'STRAßE É', bytewise: true });
  });

  it('trusts nobody without the password, which only its owner can read', async () => {
    const guess = first.url.replace(/:[^:@/]+@/, ':guess@');
    await expect(query(guess, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    const rules = await query(first.url, 'select distinct auth_method from pg_hba_file_rules');
    expect(rules).toEqual([{ auth_method: 'scram-sha-256' }]);
    const file = path.join(dataDir, 'postgres', 'cordboard-password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(decodeURIComponent(new URL(first.url).password)).toBe(await readFile(file, 'utf8'));
  });

  it('writes no words of callers into the log of the server', async () => {
    await query(first.url, 'create table numbers (number text primary key)');
    await query(first.url, `insert into numbers values ('+14155550123')`);
    const again = query(first.url, `insert into numbers values ('+14155550123')`);
    await expect(again).rejects.toMatchObject({ code: '23505' });
    const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('4155550123');
  });
});

describe('a later start', () => {
  it('attaches to the server that runs, and leaves it running', async () => {
    const pid = await rig.pidOf(dataDir);
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.attached).toBe(true);
    expect(new URL(second.url).port).toBe(new URL(first.url).port);
    await query(second.url, 'select from kept');
    await second.stop();
    expect(await rig.pidOf(dataDir)).toBe(pid);
  });

  it('finds every row again after the server was killed', async () => {
    await query(first.url, 'insert into kept select generate_series(1, 1000)');
    await rig.killServer(dataDir);
    first = await startEmbeddedPostgres({ dataDir, log: (message) => said.push(message) });
    expect(first.attached).toBe(false);
    expect(await query(first.url, 'select count(*)::int from kept')).toEqual([{ count: 1000 }]);
    expect(said).toContain('embedded Postgres ended the connection');
  });
});

describe('a stop', () => {
  it('leaves the server to others who are connected', async () => {
    const pid = await rig.pidOf(dataDir);
    const stranger = new Client({ connectionString: asStranger(first.url) });
    await stranger.connect();
    await first.stop();
    expect(said.at(-1)).toBe('embedded Postgres goes on for other clients');
    expect(await rig.pidOf(dataDir)).toBe(pid);
    expect((await stranger.query('select count(*)::int from kept')).rows).toEqual([{ count: 1000 }]);
    await stranger.end();
    await rig.killServer(dataDir, 'SIGINT');
  });

  it('leaves the server to another process that uses it, even if that has no statement to run', async () => {
    const starter = await startEmbeddedPostgres({ dataDir });
    const idle = await startEmbeddedPostgres({ dataDir });
    await starter.stop();
    expect(await rig.pidOf(dataDir)).toBeDefined();
    await idle.stop();
    await rig.killServer(dataDir, 'SIGINT');
  });

  it('ends the server when nobody else is there, once, and the next start works', async () => {
    const last = await startEmbeddedPostgres({ dataDir });
    const own = new Client({ connectionString: last.url });
    own.on('error', () => undefined);
    await own.connect();
    await Promise.all([last.stop(), last.stop()]);
    expect(await rig.pidOf(dataDir)).toBeUndefined();
    const next = await startEmbeddedPostgres({ dataDir });
    expect(next.attached).toBe(false);
    expect(await query(next.url, 'select count(*)::int from kept')).toEqual([{ count: 1000 }]);
    await next.stop();
  });

  it('never takes the server from one that comes at the same moment', async () => {
    let here = await startEmbeddedPostgres({ dataDir });
    for (let round = 0; round < 4; round += 1) {
      const [next] = await Promise.all([startEmbeddedPostgres({ dataDir }), here.stop()]);
      expect(await query(next.url, 'select count(*)::int from kept')).toEqual([{ count: 1000 }]);
      // One that attached leaves the server running when it goes.
      if (next.attached) await rig.killServer(dataDir, 'SIGINT');
      await next.stop();
      here = await startEmbeddedPostgres({ dataDir });
    }
    await here.stop();
  });

  it('lets one that comes wait for its outcome', async () => {
    const gone = await startEmbeddedPostgres({ dataDir });
    const stopper = new Client({ connectionString: asStranger(gone.url) });
    stopper.on('error', () => undefined);
    await stopper.connect();
    await gone.stop();
    await stopper.query('select pg_advisory_lock(1668248164, 1)');
    const coming = startEmbeddedPostgres({ dataDir });
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted`;
    while ((await stopper.query(waiting)).rowCount === 0) await new Promise(setImmediate);
    await rig.killServer(dataDir, 'SIGINT');
    const next = await coming;
    expect(next.attached).toBe(false);
    expect(await query(next.url, 'select count(*)::int from kept')).toEqual([{ count: 1000 }]);
    await next.stop();
  });

  it('does not touch a server that was started after its own had died', async () => {
    const old = await startEmbeddedPostgres({ dataDir });
    await rig.killServer(dataDir);
    const next = await startEmbeddedPostgres({ dataDir });
    await old.stop();
    expect(await rig.pidOf(dataDir)).toBeDefined();
    await next.stop();
  });
});
