/** What can be wrong when the embedded Postgres is started: what is mended, and what is told. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findBinaryPackage, readBinaryPackage } from '../../src/persistence/embedded/binary-package.js';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  startFromPackage,
} from '../../src/persistence/embedded/embedded-postgres.js';
import { barePackage, EmbeddedRig, query } from './embedded-postgres-rig.js';

const rig = new EmbeddedRig();
/** Elsewhere a stranger cannot be told from a server without asking it. */
const onLinux = process.platform === 'linux' ? it : it.skip;
let installed: string;
beforeAll(async () => {
  installed = (await findBinaryPackage(process.platform, process.arch)).directory;
});
afterAll(() => rig.clean());

describe('programs that do not run where they lie', () => {
  it('run from a copy, with their links and x-bits', async () => {
    const bare = path.join(await rig.newDir(), 'package');
    await barePackage(installed, bare);
    const dataDir = await rig.newDir();
    const embedded = await startFromPackage(await readBinaryPackage(bare), { dataDir });
    expect(await query(embedded.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await embedded.stop();
    const { version } = await readBinaryPackage(bare);
    expect((await readdir(dataDir)).toSorted()).toEqual([
      'postgres',
      'postgres-programs-' + version,
      'postgres.log',
    ]);
    const again = await startFromPackage(await readBinaryPackage(bare), { dataDir });
    await again.stop();
    expect(await rig.pidOf(dataDir)).toBeUndefined();
  });

  it('lead to a sentence when the copy does not run, either', async () => {
    const broken = path.join(await rig.newDir(), 'package');
    await barePackage(installed, broken);
    for (const name of ['initdb', 'pg_ctl', 'postgres']) {
      await writeFile(path.join(broken, 'native', 'bin', name), '#!/bin/sh\necho no such luck >&2; exit 1\n');
    }
    const start = startFromPackage(await readBinaryPackage(broken), { dataDir: await rig.newDir() });
    await expect(start).rejects.toThrow(/do not run on this machine.*no such luck.*set DATABASE_URL/);
  });

  it('name the C library where their loader is missing, and are not copied', async () => {
    const musl = path.join(await rig.newDir(), 'package');
    await barePackage(installed, musl);
    for (const name of ['initdb', 'pg_ctl', 'postgres']) {
      const file = path.join(musl, 'native', 'bin', name);
      await writeFile(file, '#!/lib64/no-such-loader\n');
      await chmod(file, 0o755);
    }
    // Reachable for every account, so that only the loader is missing.
    await chmod(path.dirname(musl), 0o755);
    const dataDir = await rig.newDir();
    const start = startFromPackage(await readBinaryPackage(musl), { dataDir });
    await expect(start).rejects.toThrow(/need glibc, which Alpine .* lack.*set DATABASE_URL/);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each([
    ['linux', 'ia32', 'There is no embedded PostgreSQL for linux-ia32'],
    ['win32', 'arm64', 'There is no embedded PostgreSQL for windows-arm64'],
    ['freebsd', 'x64', 'There is no embedded PostgreSQL for freebsd-x64'],
  ])('do not exist for %s on %s, and the mend is named', async (platform, arch, sentence) => {
    const found = findBinaryPackage(platform, arch);
    await expect(found).rejects.toThrow(`${sentence}. To mend it: set DATABASE_URL`);
    await expect(found).rejects.toBeInstanceOf(EmbeddedPostgresError);
  });

  it('may be left out by the installation', async () => {
    const other = process.platform === 'linux' ? 'darwin' : 'linux';
    await expect(findBinaryPackage(other, 'arm64')).rejects.toThrow(
      `The package @embedded-postgres/${other}-arm64, which has PostgreSQL's programs, is not installed`,
    );
  });
});

describe('a directory', () => {
  it('that a crash left half made does not count, and goes when it is old', async () => {
    const dataDir = await rig.newDir();
    for (const name of ['postgres.new-young0', 'postgres.new-older0']) {
      await mkdir(path.join(dataDir, name, 'cluster'), { recursive: true });
      await writeFile(path.join(dataDir, name, 'cluster', 'PG_VERSION'), '18\n');
    }
    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(path.join(dataDir, 'postgres.new-older0'), anHourAgo, anHourAgo);
    const embedded = await startEmbeddedPostgres({ dataDir });
    expect(await query(embedded.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await embedded.stop();
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log', 'postgres.new-young0']);
  });

  it('of another version of PostgreSQL is refused', async () => {
    const dataDir = await rig.newDir();
    await mkdir(path.join(dataDir, 'postgres'));
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /is of PostgreSQL 17, and the programs installed here are of PostgreSQL 18\. To mend it: dump it .* DATABASE_URL/,
    );
  });

  it('that is no cluster is refused and left alone', async () => {
    const dataDir = await rig.newDir();
    await mkdir(path.join(dataDir, 'postgres'));
    await writeFile(path.join(dataDir, 'postgres', 'notes.txt'), 'mine');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /not empty and not a PostgreSQL cluster/,
    );
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('that cannot be made is named by its variable', async () => {
    const file = path.join(await rig.newDir(), 'file');
    await writeFile(file, '');
    await expect(startEmbeddedPostgres({ dataDir: path.join(file, 'data') })).rejects.toThrow(
      /DATA_DIR .*file\/data cannot be made or written .*set DATA_DIR/,
    );
  });

  async function isRefusedBelowClosed(): Promise<void> {
    const closed = await rig.newDir();
    await mkdir(path.join(closed, 'data'));
    await expect(startEmbeddedPostgres({ dataDir: path.join(closed, 'data') })).rejects.toThrow(
      /DATA_DIR .* uid 65534 may not enter.*set DATA_DIR to a directory that others may enter/,
    );
  }
  async function isRefusedWhenReadOnly(): Promise<void> {
    const dataDir = await rig.newDir();
    await chmod(dataDir, 0o500);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/DATA_DIR .* made or written .*EACCES/);
  }
  // Root may write everywhere, and nobody else has to hand over to another account.
  const [forRoot, forOthers] = process.getuid?.() === 0 ? [it, it.skip] : [it.skip, it];
  forRoot('below one that the account of the server may not enter is told', isRefusedBelowClosed);
  forOthers('that may not be written is told', isRefusedWhenReadOnly);
});

describe('what a crash leaves behind', () => {
  let dataDir: string;
  let pidFile: string;
  let rest: readonly string[];
  beforeAll(async () => {
    dataDir = path.join(await rig.newDir(), 'a name with $HOME and "quotes"');
    await mkdir(dataDir);
    await chmod(path.dirname(dataDir), 0o755);
    await startEmbeddedPostgres({ dataDir });
    pidFile = path.join(dataDir, 'postgres', 'postmaster.pid');
    rest = (await readFile(pidFile, 'utf8')).split('\n').slice(1);
    await rig.killServer(dataDir);
  });
  afterAll(() => rig.killServer(dataDir));

  async function startsOver(pid: number): Promise<void> {
    await writeFile(pidFile, [pid, ...rest].join('\n'));
    const embedded = await startEmbeddedPostgres({ dataDir });
    expect(embedded.attached).toBe(false);
    await embedded.stop();
    expect(await rig.pidOf(dataDir)).toBeUndefined();
  }

  it('is no server when nobody has its number any more', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'process.pid']);
    await expect(startsOver(Number(stdout))).resolves.toBeUndefined();
  });

  onLinux('is no server when a stranger has its number', () => startsOver(process.ppid));
  onLinux('is no server when this process has its number', () => startsOver(process.pid));

  onLinux('is no server when the server of another cluster has its number', async () => {
    const other = await rig.newDir();
    const neighbour = await startEmbeddedPostgres({ dataDir: other });
    const theirs = (await readFile(path.join(other, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    rest = [rest[0] ?? '', ...theirs.slice(2)];
    await startsOver(Number(theirs[0]));
    await neighbour.stop();
  });

  it('is mended when only the database was not made yet', async () => {
    const before = await startEmbeddedPostgres({ dataDir });
    const url = before.url.replace('/cordboard?', '/postgres?');
    await query(url, 'drop database cordboard with (force)');
    const after = await startEmbeddedPostgres({ dataDir });
    expect(await query(after.url, 'select current_database() as name')).toEqual([{ name: 'cordboard' }]);
    await after.stop();
    await before.stop();
  });

  it('cannot be mended when the password is lost, and a sentence says so', async () => {
    await rm(path.join(dataDir, 'postgres', 'cordboard-password'));
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/has no cordboard-password/);
  });
});
