/**
 * One voice of a call as pieces of base64 on a time axis of samples, silence where there is none. Pieces are kept as references
 * and decoded when their time is taken; what is behind that moment is forgotten.
 */
import { bytesOf } from './base64.js';
import { MULAW_TO_LINEAR } from './mulaw.js';

interface Piece {
  /** Base64 of mu-law, one sample a byte; empty for audio of which only the length is kept. */
  readonly payload: string;
  readonly from: number;
  to: number;
}

/** Base64 makes four characters of three bytes, so a piece can be decoded from any third byte on. */
const GROUP_BYTES = 3;
const GROUP_CHARS = 4;

export class SoundTrack {
  private pieces: Piece[] = [];
  private latest = 0;
  private taken = 0;

  /** The sample behind the last one, of all pieces so far. */
  get end(): number {
    return this.latest;
  }

  /** Adds a piece. One that begins before others have ended is laid over them; nearly always it comes in order. */
  put(payload: string, from: number): void {
    const to = from + Math.floor(bytesOf(payload));
    if (to <= this.taken) return;
    const piece = { payload, from, to };
    let at = this.pieces.length;
    while (at > 0 && (this.pieces[at - 1]?.from ?? 0) > from) at -= 1;
    if (at === this.pieces.length) this.pieces.push(piece);
    else this.pieces.splice(at, 0, piece);
    this.latest = Math.max(this.latest, to);
  }

  /** Adds audio at the end of the track of which only the length is kept. */
  putSilence(from: number, samples: number): void {
    const last = this.pieces.at(-1);
    if (last?.payload === '' && last.to === from) last.to += samples;
    else this.pieces.push({ payload: '', from, to: from + samples });
    this.latest = from + samples;
  }

  /** Takes the last samples back, gaps not counted. What was taken already stays. */
  takeBack(samples: number): void {
    let left = samples;
    for (let last = this.pieces.at(-1); last && last.to > this.taken; last = this.pieces.at(-1)) {
      const cut = Math.min(left, last.to - Math.max(last.from, this.taken));
      left -= cut;
      last.to -= cut;
      // Something of it stays: all was taken back, or the rest of it is out of reach.
      if (last.to > last.from) break;
      this.pieces.pop();
    }
    this.latest = this.pieces.at(-1)?.to ?? this.taken;
  }

  /**
   * Writes the track up to that sample into every second place of `out`, which holds silence, and forgets it.
   * @param channel 0 or 1: the place in each pair.
   */
  take(until: number, out: Int16Array, channel: 0 | 1): void {
    for (const piece of this.pieces) {
      if (piece.from >= until) break;
      this.render(piece, until, out, channel);
    }
    const open = this.pieces.findIndex((piece) => piece.to > until);
    this.pieces.splice(0, open === -1 ? this.pieces.length : open);
    this.taken = until;
  }

  private render({ payload, from, to }: Piece, until: number, out: Int16Array, channel: 0 | 1): void {
    const first = Math.max(from, this.taken) - from;
    const last = Math.min(to, until) - from;
    if (payload === '' || last <= first) return;
    const group = Math.floor(first / GROUP_BYTES);
    const text = payload.slice(group * GROUP_CHARS, Math.ceil(last / GROUP_BYTES) * GROUP_CHARS);
    const bytes = Buffer.from(text, 'base64');
    const skipped = group * GROUP_BYTES;
    let place = (from + first - this.taken) * 2 + channel;
    for (let at = first; at < last; at += 1) {
      out[place] = MULAW_TO_LINEAR[bytes[at - skipped] ?? 0xff] ?? 0;
      place += 2;
    }
  }
}
