/**
 * What can be measured of a call from outside, from what both ends sent and received. Pure.
 *
 * Added delay is counted per piece that was sent: from the moment in which one end handed it to its socket to the moment in
 * which the other end had its last byte, so pieces may be cut anew on the way. Both ends share one clock.
 */

export interface TimedPiece {
  readonly payload: Buffer;
  /** Milliseconds of `performance.now()`. */
  readonly atMs: number;
}

export interface Passage {
  readonly pieces: number;
  readonly bytes: number;
  /** Bytes that were sent and never arrived, apart from what was sent when the other side had gone. */
  readonly lostBytes: number;
  /** Every byte that arrived is the byte that was sent, in order. */
  readonly exact: boolean;
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** @param openUntilMs What was sent later could not arrive any more: the other side had closed. */
export function passageOf(
  sent: readonly TimedPiece[],
  received: readonly TimedPiece[],
  openUntilMs = Infinity,
): Passage {
  const arrived = Buffer.concat(received.map(({ payload }) => payload));
  const due = sent.filter(({ atMs }) => atMs <= openUntilMs);
  const stream = Buffer.concat(sent.map(({ payload }) => payload));
  const dueBytes = due.reduce((sum, { payload }) => sum + payload.length, 0);
  return {
    pieces: due.length,
    bytes: arrived.length,
    lostBytes: Math.max(0, dueBytes - arrived.length),
    exact: arrived.length <= stream.length && stream.subarray(0, arrived.length).equals(arrived),
    delayMs: quantiles(delays(sent, received)),
  };
}

function delays(sent: readonly TimedPiece[], received: readonly TimedPiece[]): number[] {
  const found: number[] = [];
  let at = 0;
  let arrivedTo = received[0]?.payload.length ?? 0;
  let sentTo = 0;
  for (const { payload, atMs } of sent) {
    sentTo += payload.length;
    while (arrivedTo < sentTo && at + 1 < received.length) {
      at += 1;
      arrivedTo += received[at]?.payload.length ?? 0;
    }
    const piece = received[at];
    if (!piece || arrivedTo < sentTo) break;
    found.push(piece.atMs - atMs);
  }
  return found;
}

/** Nearest-rank quantiles; NaN where nothing was measured. */
export function quantiles(values: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (part: number): number =>
    sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
