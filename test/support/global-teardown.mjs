/**
 * Ends what `global-setup.mjs` started.
 */
import { rm } from 'node:fs/promises';

// oxlint-disable-next-line import/no-default-export -- Jest calls the default export.
export default async function stopPostgres() {
  const started = globalThis.cordboardTestPostgres;
  if (!started) return;
  await started.postgres.stop();
  await rm(started.dataDir, { recursive: true, force: true });
}
