/**
 * Why the embedded Postgres cannot be had, in a sentence, and what mends it. Read by whoever starts the service, so it is no
 * answer to a caller and has no code in the catalogue.
 */

/** The mend that always works. */
export const USE_DATABASE_URL = 'set DATABASE_URL to a PostgreSQL server of your own';

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  /** @param mend what to do, without a full stop. */
  constructor(fault: string, mend: string, options?: ErrorOptions) {
    super(`${fault}. To mend it: ${mend}.`, options);
  }
}
