/**
 * What the far end hears of one stream: takes the service's messages, plays them through the buffer in real time, returns marks and keeps
 * the record. It sends through a function that it is handed and owns no socket.
 */
import type { ClearedAudio, MarkRecord, ReceivedAudio } from './call-record.js';
import type { StreamFaults } from './caller-script.js';
import { FRAME_MS } from './pacer.js';
import { BYTES_PER_MS, Playout } from './playout.js';
import type { SimulatedCall } from './simulated-call.js';
import type { FromService } from './stream-inbox.js';

/** A pause shorter than this is not the end of what the agent says. */
const QUIET_BYTES = 3 * FRAME_MS * BYTES_PER_MS;

export interface StreamPlaybackOptions {
  readonly call: SimulatedCall;
  readonly faults: StreamFaults;
  /** Sends an echoed mark. @returns false when the stream is over */
  readonly sendMark: (name: string) => boolean;
  readonly warnOnce: (code: number, detail: string) => void;
}

export class StreamPlayback {
  readonly received: ReceivedAudio[] = [];
  readonly cleared: ClearedAudio[] = [];
  readonly marks: MarkRecord[] = [];
  readonly playout = new Playout();
  /** Where the stream's time begins, in ms of `performance.now()`; 0 until then. */
  lineZeroMs = 0;

  private readonly timers = new Set<NodeJS.Timeout>();
  private nextMark = 0;
  private seenPlayed = 0;
  private agentSpeaks = false;

  constructor(private readonly options: StreamPlaybackOptions) {}

  get isQuiet(): boolean {
    return this.playout.waitingBytes === 0 && this.nowByte() - this.playout.playhead >= QUIET_BYTES;
  }

  /** Lets the line hear what is due by now. */
  play(): void {
    for (const _ of this.playout.advance(this.nowByte())) this.returnMark(false);
    this.noticeAgent();
  }

  take(message: Exclude<FromService, { kind: 'invalid' }>): void {
    this.play();
    if (message.kind === 'media') this.hear(message.payload);
    else if (message.kind === 'mark') {
      this.marks.push({ name: message.name, receivedAtMs: performance.now(), cleared: false });
      if (this.playout.mark(message.name)) this.returnMark(false);
    } else this.clear();
  }

  /** The stream ends: what is not played by now never will be, and no mark returns any more. */
  finish(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    if (this.lineZeroMs === 0) return;
    this.play();
    this.agentEnds();
  }

  private nowByte(): number {
    return Math.floor((performance.now() - this.lineZeroMs) * BYTES_PER_MS);
  }

  private hear(payload: Buffer): void {
    this.received.push({ payload, atMs: performance.now() });
    if (!this.playout.queue(payload, this.nowByte())) {
      this.options.warnOnce(31931, 'more than 10 minutes of audio are waiting; the rest is discarded');
    }
  }

  private clear(): void {
    const { call } = this.options;
    const { bytes, marks } = this.playout.clear();
    this.cleared.push({ bytes, atMs: performance.now() });
    if (bytes > 0) call.caller.agentWasCutOff(this.playout.playedBytes);
    call.note('clear', { clearedMs: bytes / BYTES_PER_MS, marks: marks.length });
    for (const _ of marks) this.returnMark(true);
    this.agentEnds();
  }

  private noticeAgent(): void {
    const first = this.playout.played[this.seenPlayed];
    if (!this.agentSpeaks && first !== undefined) {
      this.agentSpeaks = true;
      this.options.call.note('agent-audio-starts', {}, this.lineZeroMs + first.atByte / BYTES_PER_MS);
    }
    this.seenPlayed = this.playout.played.length;
    if (this.isQuiet) this.agentEnds();
  }

  private agentEnds(): void {
    if (!this.agentSpeaks) return;
    this.agentSpeaks = false;
    const atMs = this.lineZeroMs + this.playout.playhead / BYTES_PER_MS;
    this.options.call.note('agent-audio-ends', { playedMs: this.playout.playedBytes / BYTES_PER_MS }, atMs);
  }

  /** Marks fall due in the order in which they came, so the next one is always meant. */
  private returnMark(cleared: boolean): void {
    const { markDelayMs = 0, losesMarks = false } = this.options.faults;
    const mark = this.marks[this.nextMark];
    this.nextMark += 1;
    if (mark === undefined || losesMarks) return;
    if (markDelayMs === 0) {
      this.echo(mark, cleared);
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.echo(mark, cleared);
    }, markDelayMs);
    this.timers.add(timer);
  }

  private echo(mark: MarkRecord, cleared: boolean): void {
    if (!this.options.sendMark(mark.name)) return;
    mark.cleared = cleared;
    mark.echoedAtMs = performance.now();
    this.options.call.note('mark', { name: mark.name, cleared });
  }
}
