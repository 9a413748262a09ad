/**
 * Data directories that vanish with their servers, and the launcher as a process of its own, so that it can be killed.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { Client } from 'pg';
import { livingServer } from '../../src/persistence/embedded/server.js';

const SOURCE = fileURLToPath(new URL('../../src/persistence/embedded', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** What a child says when its server can be reached. */
export interface Report {
  readonly url: string;
  readonly attached: boolean;
}

export class EmbeddedRig {
  private readonly dirs: string[] = [];
  private readonly children: ChildProcessWithoutNullStreams[] = [];
  private program: Promise<string> | undefined;

  async newDir(): Promise<string> {
    const dir = await mkdtemp(path.join(tmpdir(), 'cordboard-embedded-'));
    this.dirs.push(dir);
    return dir;
  }

  /** Kills the server of the directory without warning; resolves when it is gone. */
  async killServer(dataDir: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const living = await livingServer(path.join(dataDir, 'postgres'));
    if (!living) return;
    process.kill(living.pid, signal);
    while (await livingServer(path.join(dataDir, 'postgres'))) await new Promise(setImmediate);
  }

  async pidOf(dataDir: string): Promise<number | undefined> {
    return (await livingServer(path.join(dataDir, 'postgres')))?.pid;
  }

  async startChild(dataDir: string): Promise<LauncherChild> {
    this.program ??= this.compile();
    const child = spawn(process.execPath, [await this.program, dataDir]);
    this.children.push(child);
    return new LauncherChild(child);
  }

  async clean(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    for (const dir of this.dirs) {
      await this.killServer(dir);
      // What the server was about to write may come between the listing of a directory and its removal.
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** `dist` may be older than the code, so the launcher is compiled as it is now. */
  private async compile(): Promise<string> {
    const out = await this.newDir();
    await symlink(MODULES, path.join(out, 'node_modules'));
    await writeFile(path.join(out, 'package.json'), '{"type":"module"}');
    for (const file of await readdir(SOURCE)) {
      const { code } = await transformFile(path.join(SOURCE, file), {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      await writeFile(path.join(out, file.replace(/\.ts$/, '.js')), code);
    }
    const program = path.join(out, 'program.js');
    await writeFile(program, PROGRAM);
    return program;
  }
}

const PROGRAM = `
import { startEmbeddedPostgres } from './embedded-postgres.js';
const embedded = await startEmbeddedPostgres({ dataDir: process.argv[2] });
console.log(JSON.stringify({ url: embedded.url, attached: embedded.attached }));
process.stdin.once('data', async () => {
  await embedded.stop();
  process.exit(0);
});
`;

export class LauncherChild {
  private readonly lines: Interface;
  private errors = '';

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.lines = createInterface(child.stdout);
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  async ready(): Promise<Report> {
    for await (const line of this.lines) return JSON.parse(line) as Report;
    throw new Error(`the child ended without a server: ${this.errors}`);
  }

  async stop(): Promise<void> {
    this.child.stdin.write('stop\n');
    await once(this.child, 'exit');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The package as an installation without scripts, through an archive without modes, leaves it behind. */
export async function barePackage(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  const links = await readFile(path.join(to, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { target } of JSON.parse(links) as { target: string }[]) await rm(path.join(to, target));
  const programs = path.join(to, 'native', 'bin');
  for (const name of await readdir(programs)) await chmod(path.join(programs, name), 0o644);
}
