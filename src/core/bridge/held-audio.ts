/**
 * Audio that waits for its other side, in order and within a bound.
 */

/** 80,000 bytes of mu-law are ten seconds; a minute is more than any wait that a caller sits through. */
const MAX_CHARS = 640_000;

export class HeldAudio {
  private payloads: string[] = [];
  private chars = 0;

  /** @returns how many of the oldest payloads had to be thrown away to stay within the bound. */
  push(payload: string): number {
    this.payloads.push(payload);
    this.chars += payload.length;
    let dropped = 0;
    while (this.chars > MAX_CHARS) {
      this.chars -= this.payloads.shift()?.length ?? 0;
      dropped += 1;
    }
    return dropped;
  }

  drain(take: (payload: string) => void): void {
    const payloads = this.payloads;
    this.payloads = [];
    this.chars = 0;
    for (const payload of payloads) take(payload);
  }
}
