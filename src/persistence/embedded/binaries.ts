/**
 * PostgreSQL's programs, ready to be run by the account of the server. They are run from their npm package where that works;
 * where it does not, from a copy in the data directory. Whether it works is tried, not guessed.
 */
import { chmod, constants, cp, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { giveTo, type Account } from './account.js';
import type { BinaryPackage } from './binary-package.js';
import { runChild } from './child.js';
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres.error.js';
import { exists, putInPlace, withScratch } from './scratch.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const PROBE_TIMEOUT_MS = 10_000;
const LINKS_FILE = 'native/pg-symlinks.json';

interface Fault {
  readonly why: string;
  /** A copy would not run either. */
  readonly isLasting: boolean;
}

/** @throws EmbeddedPostgresError when the programs do not run here at all */
export async function usableBinaries(
  found: BinaryPackage,
  dataDir: string,
  account: Account | undefined,
): Promise<Binaries> {
  const packed = binariesIn(found.directory);
  let fault = await faultOf(packed, dataDir, account);
  if (!fault) return packed;
  const ownDir = path.join(dataDir, `postgres-programs-${found.version}`);
  const own = binariesIn(ownDir);
  if (!fault.isLasting) {
    if (!(await exists(ownDir))) await copyPackage(found.directory, ownDir, dataDir, account);
    fault = await faultOf(own, dataDir, account);
    if (!fault) return own;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's programs do not run on this machine, neither from ${found.directory} nor from a copy of it (${fault.why})`,
    USE_DATABASE_URL,
  );
}

function binariesIn(packageDir: string): Binaries {
  const file = (name: string): string =>
    path.join(packageDir, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: file('initdb'), pgCtl: file('pg_ctl'), postgres: file('postgres') };
}

/** Why one of the programs cannot be run; undefined when all can. */
async function faultOf(
  binaries: Binaries,
  dataDir: string,
  account: Account | undefined,
): Promise<Fault | undefined> {
  const faults = await Promise.all(
    Object.values(binaries).map(async (file: string): Promise<Fault | undefined> => {
      const run = { file, args: ['--version'], cwd: dataDir, account, timeoutMs: PROBE_TIMEOUT_MS };
      const { ok, output, errno } = await runChild(run);
      if (ok) return undefined;
      // The file is there and "does not exist": what is missing is the loader that it names.
      if (errno !== 'ENOENT' || !(await exists(file))) return { why: output, isLasting: false };
      return { why: 'they need glibc, which Alpine and other musl systems lack', isLasting: true };
    }),
  );
  return faults.find((fault) => fault !== undefined);
}

/**
 * The programs do not run from their package when npm left out its install script (npm 12 does so by default), which makes the
 * links between the libraries; when an archive lost the x-bits; or when node_modules lies where the account may not enter,
 * such as /root. One copy mends all three and leaves node_modules, which may be read-only, alone. Links elsewhere and
 * LD_LIBRARY_PATH would mend only the first, and not on macOS, whose /bin/sh drops DYLD_* before initdb's children see it.
 * In the copy the libraries are found by the run path of the programs, `$ORIGIN/../lib`.
 */
async function copyPackage(
  from: string,
  to: string,
  dataDir: string,
  account: Account | undefined,
): Promise<void> {
  await withScratch(dataDir, account, async (scratch) => {
    const copy = path.join(scratch, 'package');
    // `verbatimSymlinks`: links that an install script did make are relative, and have to lead into the copy.
    const options = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE };
    await cp(path.join(from, 'native'), path.join(copy, 'native'), options);
    await makeLinks(from, copy);
    for (const file of Object.values(binariesIn(copy))) await chmod(file, 0o755);
    await giveTo(account, copy);
    await putInPlace(copy, to);
  });
}

/** What the package's install script would have done: `libicuuc.so.60` leads to `libicuuc.so.60.2`, and so on. */
async function makeLinks(packageDir: string, copy: string): Promise<void> {
  const links: unknown = JSON.parse(
    await readFile(path.join(packageDir, LINKS_FILE), 'utf8').catch(() => '[]'),
  );
  for (const link of Array.isArray(links) ? (links as readonly unknown[]) : []) {
    if (!isLink(link)) continue;
    const target = path.join(copy, link.target);
    if (await exists(target)) continue;
    await symlink(path.basename(link.source), target);
  }
}

function isLink(value: unknown): value is { readonly source: string; readonly target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}
