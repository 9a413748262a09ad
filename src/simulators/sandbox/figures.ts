/**
 * What can be measured of a call from outside, from what both ends sent and received. Pure.
 *
 * Added delay is counted per piece that was sent: from the moment in which one end handed it to its socket to the moment in
 * which the other end had its last byte, so pieces may be cut anew on the way. Both ends share one clock, and their own
 * handling of a message is part of the figure.
 */

export interface TimedPiece {
  readonly payload: Buffer;
  /** Milliseconds of `performance.now()`. */
  readonly atMs: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Passage {
  /** Pieces that had to arrive. */
  readonly pieces: number;
  /** Bytes that arrived. */
  readonly bytes: number;
  /** Bytes that are missing at the end. What is missing before makes the passage inexact and is not counted here. */
  readonly lostBytes: number;
  /** Every byte that arrived is the byte that was sent, in order and once. */
  readonly exact: boolean;
  /** How many of the first bytes that arrived are those that were sent; all of them when it is exact. */
  readonly exactBytes: number;
  /** NaN where nothing could be measured, as when what arrived can no longer be told from its neighbours. */
  readonly delayMs: Quantiles;
}

export interface PassageLimits {
  /** Pieces sent after this need not arrive: the other side was closing. Default: all must. */
  readonly openUntilMs?: number;
  /** Delay is measured for pieces sent from then on, because earlier ones were held back on purpose. Default: for all. */
  readonly measuredFromMs?: number;
}

export function passageOf(
  sent: readonly TimedPiece[],
  received: readonly TimedPiece[],
  { openUntilMs = Infinity, measuredFromMs = -Infinity }: PassageLimits = {},
): Passage {
  const arrived = Buffer.concat(received.map(({ payload }) => payload));
  const stream = Buffer.concat(sent.map(({ payload }) => payload));
  const due = sent.filter(({ atMs }) => atMs <= openUntilMs);
  const dueBytes = due.reduce((sum, { payload }) => sum + payload.length, 0);
  const exact = stream.subarray(0, arrived.length).equals(arrived);
  return {
    pieces: due.length,
    bytes: arrived.length,
    lostBytes: Math.max(0, dueBytes - arrived.length),
    exact,
    exactBytes: exact ? arrived.length : arrived.findIndex((byte, at) => byte !== stream[at]),
    delayMs: quantiles(exact ? delays(sent, received, measuredFromMs) : []),
  };
}

function delays(
  sent: readonly TimedPiece[],
  received: readonly TimedPiece[],
  measuredFromMs: number,
): number[] {
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
    if (atMs >= measuredFromMs) found.push(piece.atMs - atMs);
  }
  return found;
}

/** By nearest rank: every figure is one that was measured. NaN where nothing was. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (part: number): number =>
    sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}

export interface CutIn {
  /** From the first sound of the caller to the moment in which the agent's voice stopped on the line. */
  readonly voiceToSilenceMs: number;
  /** The part of it between the agent's word that it was interrupted and the clear on the line. */
  readonly relayMs: number;
  readonly clearedBytes: number;
}

/** @param voices when the caller began to speak; all times in milliseconds of one clock, each list in order */
export function cutInsOf(
  voices: readonly number[],
  interruptions: readonly { readonly atMs: number }[],
  clears: readonly { readonly atMs: number; readonly bytes: number }[],
): CutIn[] {
  return clears.flatMap(({ atMs, bytes }) => {
    const voice = voices.findLast((one) => one <= atMs);
    const interruption = interruptions.findLast((one) => one.atMs <= atMs);
    if (voice === undefined || !interruption) return [];
    return [{ voiceToSilenceMs: atMs - voice, relayMs: atMs - interruption.atMs, clearedBytes: bytes }];
  });
}
