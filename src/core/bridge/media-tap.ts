/**
 * Who listens to the media of a session besides the two sides, such as a recorder. It is told of what passes as text, in the
 * tick in which it passes, behind the relaying itself; it never waits there and never throws.
 */
export interface MediaTap {
  lineStarted(atMs: number): void;
  /**
   * @param timestampMs the carrier's own time of the frame, milliseconds since the stream began; NaN where it gave none.
   * @param atMs when the frame came.
   */
  callerAudio(payload: string, timestampMs: number, atMs: number): void;
  /** @param fromMs when it begins to be heard, by the playback ledger: now, or behind what is still playing. */
  agentAudio(payload: string, fromMs: number): void;
  /** So much of the end of the agent's audio is never heard, by the playback ledger. */
  cleared(clearedMs: number, atMs: number): void;
  /** Nothing follows. */
  ended(atMs: number): void;
}
