/**
 * The agent's speech: audio in bursts faster than it plays, its text, and the knowledge of how much of it a caller can have
 * heard (everything sent plays in real time from when it was sent). It does not decide when to speak or to be interrupted.
 */
import type { Alignment } from '../../protocol/elevenlabs/conversation.messages.js';
import type { AgentLine } from './agent-line.js';
import type { Alarms } from './alarms.js';

const BYTES_PER_MS = 8;

export interface AgentVoiceOptions {
  readonly chunksMs: readonly number[];
  readonly burstGapMs: number;
  readonly alignment: boolean;
  /** Called for each chunk that goes out, with the time at which everything sent so far will have been played. */
  readonly onSent: (payload: Buffer, eventId: number, playedUntilMs: number) => void;
}

/** An utterance that was cut off, and what of it had been played. */
export interface CutUtterance {
  readonly eventId: number;
  readonly text: string;
  readonly heard: string;
}

interface Utterance {
  readonly eventId: number;
  readonly text: string;
  readonly totalBytes: number;
  startsAtMs: number;
  sentBytes: number;
  cut: boolean;
}

export class AgentVoice {
  private utterances: Utterance[] = [];
  private playedUntilMs = 0;
  private chunkTurn = 0;

  constructor(
    private readonly line: AgentLine,
    private readonly alarms: Alarms,
    private readonly options: AgentVoiceOptions,
  ) {}

  /** Milliseconds of sent audio that are still to be played. */
  get owedMs(): number {
    return Math.max(0, this.playedUntilMs - performance.now());
  }

  get isSpeaking(): boolean {
    return this.owedMs > 0 || this.utterances.some((utterance) => utterance.sentBytes < utterance.totalBytes);
  }

  /** Resolves when everything was sent, or the utterance was cut off; false in that case. */
  async say(text: string, speech: Buffer, eventId: number): Promise<boolean> {
    const now = performance.now();
    this.utterances = this.utterances.filter(
      (earlier) => earlier.startsAtMs + earlier.totalBytes / BYTES_PER_MS > now,
    );
    const utterance: Utterance = {
      eventId,
      text,
      totalBytes: speech.length,
      startsAtMs: Math.max(now, this.playedUntilMs),
      sentBytes: 0,
      cut: false,
    };
    this.utterances.push(utterance);
    while (utterance.sentBytes < speech.length && this.line.isOpen && !utterance.cut) {
      this.sendChunk(utterance, speech);
      if (utterance.sentBytes < speech.length) await this.alarms.pause(this.options.burstGapMs);
    }
    if (utterance.cut || !this.line.isOpen) return false;
    this.line.send({ type: 'agent_response_complete', agent_response_complete_event: { event_id: eventId } });
    return true;
  }

  /** Drops everything that is not played yet, and tells what was cut where. */
  cutOff(): readonly CutUtterance[] {
    const now = performance.now();
    const cut: CutUtterance[] = [];
    for (const utterance of this.utterances) {
      const played = Math.min(Math.max(0, (now - utterance.startsAtMs) * BYTES_PER_MS), utterance.sentBytes);
      if (played >= utterance.totalBytes) continue;
      utterance.cut = true;
      cut.push({
        eventId: utterance.eventId,
        text: utterance.text,
        heard: heardOf(utterance.text, played / utterance.totalBytes),
      });
    }
    this.utterances = [];
    this.playedUntilMs = now;
    return cut;
  }

  private sendChunk(utterance: Utterance, speech: Buffer): void {
    const lengthMs = this.options.chunksMs[this.chunkTurn % this.options.chunksMs.length] ?? 250;
    this.chunkTurn += 1;
    const from = utterance.sentBytes;
    const payload = speech.subarray(from, from + lengthMs * BYTES_PER_MS);
    const alignment = this.options.alignment ? alignmentOf(utterance, from, payload.length) : undefined;
    // Counted before it is sent, so that nobody who hears of the message finds the agent silent.
    utterance.sentBytes += payload.length;
    this.playedUntilMs = Math.max(performance.now(), this.playedUntilMs) + payload.length / BYTES_PER_MS;
    this.options.onSent(payload, utterance.eventId, this.playedUntilMs);
    this.line.send({
      type: 'audio',
      audio_event: {
        audio_base_64: payload.toString('base64'),
        event_id: utterance.eventId,
        is_final: utterance.sentBytes >= speech.length,
        ...(alignment ? { alignment } : {}),
      },
    });
    if (from > 0) return;
    // The text comes with the first chunk (docs of 2025). Which of the two is first is not documented.
    this.line.send({
      type: 'agent_response',
      agent_response_event: { agent_response: utterance.text, event_id: utterance.eventId },
    });
  }
}

/** The whole words that fit into `share` (0 to 1) of the text. */
function heardOf(text: string, share: number): string {
  const chars = Math.floor(text.length * share);
  const cut = text.slice(0, chars);
  const endsWord = chars >= text.length || /\s/.test(text[chars] ?? ' ');
  return (endsWord ? cut : cut.slice(0, Math.max(0, cut.search(/\s\S*$/)))).trimEnd();
}

/** Evenly spread over the audio, since the default voice has no phonemes; times are relative to the chunk. */
function alignmentOf(utterance: Utterance, from: number, length: number): Alignment {
  const perChar = utterance.totalBytes / Math.max(1, utterance.text.length);
  const first = Math.ceil(from / perChar);
  const chars = utterance.text.slice(first, Math.ceil((from + length) / perChar)).split('');
  const durationMs = Math.round(perChar / BYTES_PER_MS);
  return {
    chars,
    char_start_times_ms: chars.map((_, i) => Math.round(((first + i) * perChar - from) / BYTES_PER_MS)),
    char_durations_ms: chars.map(() => durationMs),
  };
}
