/**
 * What takes several steps to make is made in a scratch directory and renamed into its place: half made, it never counts.
 */
import { access, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { giveTo, type Account } from './account.js';

const PREFIX = 'postgres.new-';
/** What is made here takes seconds; what is older was left behind by a crash. */
const LEFT_BEHIND_AFTER_MS = 10 * 60_000;

/** The scratch directory belongs to the account, lies in `dataDir`, and is gone when the task ends. */
export async function withScratch<Result>(
  dataDir: string,
  account: Account | undefined,
  task: (scratch: string) => Promise<Result>,
): Promise<Result> {
  await sweep(dataDir);
  const scratch = await mkdtemp(path.join(dataDir, PREFIX));
  try {
    await giveTo(account, scratch);
    return await task(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** False when the place is taken already: then another process that starts at the same time made the same, and was faster. */
export async function putInPlace(made: string, place: string): Promise<boolean> {
  try {
    await rename(made, place);
    return true;
  } catch (error) {
    // The codes differ between systems; what counts is that the place is taken.
    if (await exists(place)) return false;
    throw error;
  }
}

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function sweep(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(PREFIX)) continue;
    const found = await stat(path.join(dataDir, name)).catch(() => undefined);
    if (!found || Date.now() - found.mtimeMs < LEFT_BEHIND_AFTER_MS) continue;
    await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
}
