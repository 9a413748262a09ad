/**
 * One request of the doctor to a vendor: asked once, since a person looks on. The headers stay here and are told to nobody.
 */
const REQUEST_TIMEOUT_MS = 10_000;

export interface VendorAnswer {
  /** 0: no answer. */
  readonly status: number;
  readonly body: unknown;
  /** By the clock of the one who answered, in ms since 1970; undefined without a `Date`. */
  readonly dateMs: number | undefined;
}

export async function ask(url: string, init: RequestInit): Promise<VendorAnswer> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const dateMs = Date.parse(response.headers.get('date') ?? '');
    const body: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body, dateMs: Number.isNaN(dateMs) ? undefined : dateMs };
  } catch {
    return { status: 0, body: undefined, dateMs: undefined };
  }
}
