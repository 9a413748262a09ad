/**
 * What was sent to the line and what of it the caller has heard. No single witness will do: marks come late or never, elapsed
 * time runs ahead of a slow network, and bytes sent say nothing about bytes played. So the position is what elapsed time
 * allows, never less than marks prove, never more than was sent. Pure; told the time.
 */

/** mu-law at 8000 Hz. */
const BYTES_PER_MS = 8;

interface Segment {
  readonly eventId: number;
  readonly fromByte: number;
  toByte: number;
}

/** How much of one response of the agent was heard. */
export interface HeardPart {
  readonly eventId: number;
  readonly sentMs: number;
  readonly heardMs: number;
}

/** What an interruption threw away. */
export interface Cut {
  readonly clearedMs: number;
  /** Only responses that were cut short, or not heard at all. */
  readonly parts: readonly HeardPart[];
}

/** A line that never echoes a mark must not make the list of them grow for hours. */
const MAX_MARKS = 2048;
/**
 * Marks prove the end of what is said, and that the line is further than the clock allows: for either so much audio apart is often enough,
 * and every mark costs a message each way.
 */
const MARK_EVERY_BYTES = 500 * BYTES_PER_MS;
/** Segments of finished responses are forgotten once there are this many. */
const MAX_SEGMENTS = 256;

export class PlaybackLedger {
  private sentBytes = 0;
  private provenBytes = 0;
  /** When everything sent so far will have been played, if the line plays as it should. */
  private silentFrom = 0;
  private generation = 0;
  private marks: { readonly name: string; readonly atByte: number }[] = [];
  private markCount = 0;
  /** What was sent at the newest mark; undefined while there is none. */
  private markedBytes: number | undefined;
  private segments: Segment[] = [];

  /** @returns when it begins to be heard: now, or behind what is still playing. */
  sent(bytes: number, eventId: number, now: number): number {
    const fromByte = this.sentBytes;
    const fromMs = Math.max(this.silentFrom, now);
    this.sentBytes += bytes;
    this.silentFrom = fromMs + bytes / BYTES_PER_MS;
    const last = this.segments[this.segments.length - 1];
    if (last?.eventId === eventId) {
      last.toByte = this.sentBytes;
    } else {
      this.segments.push({ eventId, fromByte, toByte: this.sentBytes });
      if (this.segments.length > MAX_SEGMENTS) this.segments.shift();
    }
    return fromMs;
  }

  /** Whether what was sent since the newest mark is worth another. */
  get isMarkDue(): boolean {
    return this.markedBytes === undefined || this.sentBytes - this.markedBytes >= MARK_EVERY_BYTES;
  }

  /** The name of a mark for what was sent so far. The generation in it tells a cleared mark from a played one. */
  nextMark(): string {
    this.markCount += 1;
    this.markedBytes = this.sentBytes;
    const name = `g${this.generation}:m${this.markCount}`;
    this.marks.push({ name, atByte: this.sentBytes });
    if (this.marks.length > MAX_MARKS) this.marks.shift();
    return name;
  }

  /** @returns false for a mark of cleared audio, of which the echo proves nothing, and for a name never given out. */
  markPlayed(name: string, now: number): boolean {
    const at = this.marks.findIndex((mark) => mark.name === name);
    const mark = this.marks[at];
    if (!mark) return false;
    this.marks.splice(0, at + 1);
    this.provenBytes = Math.max(this.provenBytes, mark.atByte);
    // The line is further than the clock allowed: believe the line.
    this.silentFrom = Math.min(this.silentFrom, now + (this.sentBytes - mark.atByte) / BYTES_PER_MS);
    return true;
  }

  /** Whether marks prove that everything sent was played. */
  get isProvenHeard(): boolean {
    return this.provenBytes >= this.sentBytes;
  }

  heardBytes(now: number): number {
    const owedByClock = Math.max(0, this.silentFrom - now) * BYTES_PER_MS;
    return Math.max(this.provenBytes, Math.min(this.sentBytes, Math.floor(this.sentBytes - owedByClock)));
  }

  /** Milliseconds of audio that the caller has yet to hear. */
  owedMs(now: number): number {
    return (this.sentBytes - this.heardBytes(now)) / BYTES_PER_MS;
  }

  /** Heard and sent of one response, by its event id. */
  heardOf(eventId: number, now: number): HeardPart {
    return this.partOf(eventId, this.heardBytes(now));
  }

  /** Of what was sent last; 0 where nothing is known of it any more. */
  get newestEventId(): number {
    return this.segments[this.segments.length - 1]?.eventId ?? 0;
  }

  /** Everything not heard yet is gone; marks given out so far mean nothing any more. */
  clear(now: number): Cut {
    const heard = this.heardBytes(now);
    const clearedMs = (this.sentBytes - heard) / BYTES_PER_MS;
    const cutIds = new Set(
      this.segments.filter((segment) => segment.toByte > heard).map(({ eventId }) => eventId),
    );
    const parts = [...cutIds].map((eventId) => this.partOf(eventId, heard));
    this.generation += 1;
    this.marks = [];
    this.markedBytes = undefined;
    this.segments = [];
    this.sentBytes = heard;
    this.provenBytes = heard;
    this.silentFrom = now;
    return { clearedMs, parts };
  }

  private partOf(eventId: number, heard: number): HeardPart {
    let sentBytes = 0;
    let heardBytes = 0;
    for (const segment of this.segments) {
      if (segment.eventId !== eventId) continue;
      sentBytes += segment.toByte - segment.fromByte;
      heardBytes += Math.max(0, Math.min(segment.toByte, heard) - segment.fromByte);
    }
    return { eventId, sentMs: sentBytes / BYTES_PER_MS, heardMs: heardBytes / BYTES_PER_MS };
  }
}
