/**
 * The form of the catalogue of errors.
 */
export interface CatalogueEntry {
  /** HTTP status of the answer; for errors that only appear on a call's record, the status they would have had. */
  readonly status: number;
  readonly title: string;
  /** What to do about it. */
  readonly mend: string;
  /** Whether the same request can succeed later without being changed. */
  readonly retryable: boolean;
}
