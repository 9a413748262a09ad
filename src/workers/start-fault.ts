/**
 * Why the service does not start, in words for whoever started it: told once, by whichever process tells it.
 */
import { EnvironmentError } from '../config/read-environment.js';
import { EmbeddedPostgresError } from '../persistence/embedded/embedded-postgres.error.js';
import { StoreError } from '../persistence/store.error.js';
import { ToolRegistrationError } from '../tools/tool-registry.js';
import { WorkerError } from './worker.error.js';

/** Whoever starts the service can mend these: their message says how, and a stack would only hide it. */
const EXPECTED = [EnvironmentError, ToolRegistrationError, StoreError, EmbeddedPostgresError, WorkerError];

export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return EXPECTED.some((kind) => error instanceof kind) ? error.message : String(error.stack);
}
