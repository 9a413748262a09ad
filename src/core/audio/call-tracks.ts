/**
 * Both voices of a call on one time axis, the agent as the caller heard it: its audio comes in bursts that the carrier buffers
 * and plays in order, and what an interruption threw away is not in it. When the agent's audio is heard, and how much of it is
 * not, is what the playback ledger says. Decoded as it is told, mixed when it is taken. Pure; told the time.
 */
import { bytesOf } from './base64.js';
import { LineAxis } from './line-axis.js';
import { borrowPairs } from './pair-pool.js';
import { MULAW_BYTES_PER_MS } from './mulaw.js';
import { SoundTrack } from './sound-track.js';

const SAMPLE_RATE_HZ = 8000;
/**
 * What is younger stays changeable: a clear takes back what was not heard a moment ago by our clock, and the place of "now" on the
 * line still moves a little while the line's delay is learnt.
 */
const GUARD_MS = 500;
/** How long a line from which nothing comes is waited for. */
const PATIENCE_MS = 10_000;
/** Twilio discards what goes beyond ten minutes of waiting audio (error 31931; its text was last edited in 2020), so nobody hears it. */
const MOST_WAITING_SAMPLES = 600 * SAMPLE_RATE_HZ;
/** One piece of sound, 320 kB: after a pause of the whole machine, time is caught up in such steps. */
const MOST_TAKEN_SAMPLES = 10 * SAMPLE_RATE_HZ;

export class CallTracks {
  private readonly caller = new SoundTrack();
  private readonly agent = new SoundTrack();
  private readonly axis: LineAxis;
  /** By our clock: when everything the agent has said will have been heard. */
  private agentHeardMs = 0;
  private taken = 0;
  private heardAnything = false;

  /** @param startedAtMs when the line began, by our clock: the beginning of both tracks. */
  constructor(startedAtMs: number) {
    this.axis = new LineAxis(startedAtMs);
  }

  /** Whether anybody has been heard. */
  get hasMedia(): boolean {
    return this.heardAnything;
  }

  /** Samples of the caller that wait to be taken. */
  get waiting(): number {
    return this.caller.end - this.taken;
  }

  /**
   * @param timestampMs of the carrier: never the arrival decides where a frame belongs. Gaps stay silent; a frame that comes out of
   * order is put where it belongs unless that was taken.
   */
  callerAudio(payload: string, timestampMs: number, arrivedMs: number): void {
    this.heardAnything = true;
    const behind = Math.max(this.caller.end, this.taken);
    this.caller.put(payload, this.axis.place(timestampMs, bytesOf(payload), behind, arrivedMs));
  }

  /** @param fromMs when it begins to be heard, by our clock. */
  agentAudio(payload: string, fromMs: number): void {
    this.heardAnything = true;
    const bytes = Math.floor(bytesOf(payload));
    // What follows without a pause by the ledger follows without a pause here, however the axis has been moved meanwhile.
    const isQueued = fromMs <= this.agentHeardMs;
    const from = Math.max(this.agent.end, this.taken, isQueued ? 0 : this.axis.at(fromMs));
    this.agentHeardMs = Math.max(fromMs, this.agentHeardMs) + bytes / MULAW_BYTES_PER_MS;
    if (from + bytes - this.taken > MOST_WAITING_SAMPLES) this.agent.putSilence(from, bytes);
    else this.agent.put(payload, from);
  }

  /** The end of what the agent said was thrown away unheard. */
  cleared(clearedMs: number, atMs: number): void {
    this.agent.takeBack(Math.round(clearedMs * MULAW_BYTES_PER_MS));
    this.agentHeardMs = atMs;
  }

  /**
   * What cannot change any more, as pairs of samples (caller, agent); undefined when there is nothing. To be repeated until then. May be given
   * back: see pair-pool.ts.
   */
  take(nowMs: number): Int16Array | undefined {
    // Lines send silence too: where nothing came, a network stalls, and what was spoken meanwhile comes all at once.
    const patient = Math.max(this.caller.end, this.axis.at(nowMs - PATIENCE_MS));
    return this.takeUntil(Math.min(this.axis.at(nowMs - GUARD_MS), patient));
  }

  /** The same for the rest, when nothing more will be told. Both tracks end together. */
  takeRest(endMs: number): Int16Array | undefined {
    return this.takeUntil(Math.max(this.axis.at(endMs), this.caller.end, this.agent.end));
  }

  private takeUntil(sample: number): Int16Array | undefined {
    const until = Math.min(sample, this.taken + MOST_TAKEN_SAMPLES);
    if (until <= this.taken) return undefined;
    const pairs = borrowPairs((until - this.taken) * 2);
    this.caller.take(until, pairs, 0);
    this.agent.take(until, pairs, 1);
    this.taken = until;
    return pairs;
  }
}
