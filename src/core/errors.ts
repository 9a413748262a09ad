/**
 * The catalogue of errors that the outside can see, each with a stable code. `docs/errors.md` is written from it, the HTTP
 * filter answers by it, and nothing else invents a code.
 */
import { CALL_ERRORS } from './call-errors.js';
import type { CatalogueEntry } from './error-catalogue.js';
import { REQUEST_ERRORS } from './request-errors.js';

export const ERRORS = {
  ...REQUEST_ERRORS,
  ...CALL_ERRORS,
  internal: {
    status: 500,
    title: 'This service made a mistake.',
    mend: 'Report it with the request id of the answer.',
    retryable: true,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One field of the input and what is wrong with it. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** An error of the catalogue. `detail` may be read by the user and never holds a secret or a phone number. */
export class CordboardError extends Error {
  override readonly name = 'CordboardError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: string = ERRORS[code].title,
    readonly faults: readonly FieldFault[] = [],
    /** Further members of the answer, such as the id of the call concerned. */
    readonly members: Readonly<Record<string, string | number>> = {},
  ) {
    super(`${code}: ${detail}`);
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
