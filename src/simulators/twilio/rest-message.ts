/** A request of the REST API after HTTP was taken off, and its answer before HTTP is put on. Types only. */

export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface RestAnswer {
  readonly status: number;
  /** JSON, or the bytes of a sound; undefined for an empty answer. */
  readonly body: unknown;
  /** Content type of bytes, `audio/wav` when not given. */
  readonly type?: string;
  /** Whether a part of the bytes may be asked for. */
  readonly takesRanges?: boolean;
}
