/**
 * Takes what the caller's side says, by voice or in text, and draws the consequences: turns for the script, interruptions of
 * the agent, and their record. Decides on the audio that arrived, not on the script.
 */
import type { ReceivedByAgent } from '../../protocol/elevenlabs/conversation.agent-side.codec.js';
import type { AgentLine } from './agent-line.js';
import type { AgentVoice } from './agent-voice.js';
import { CallerEar } from './caller-ear.js';
import type { CallerTurns } from './caller-turns.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorTiming } from './simulator-settings.js';

/**
 * `live` from the first frame on, since clients send audio right behind the initiation. `queued`: input is thrown away before
 * it comes here. `silent`: it is recorded, and nothing follows from it.
 */
export type ConversationStage = 'live' | 'queued' | 'silent';

export interface CallerListenerParts {
  readonly conversation: SimulatedConversation;
  readonly line: AgentLine;
  readonly voice: AgentVoice;
  readonly turns: CallerTurns;
  readonly timing: SimulatorTiming;
  readonly keepAudio: boolean;
  readonly observe: (what: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** One score for each 100 ms of audio, when the agent's settings ask for `vad_score` (its real rate is not published). */
const FRAMES_PER_SCORE = 5;

export class CallerListener {
  private readonly ear: CallerEar;
  private framesSinceScore = 0;

  constructor(private readonly parts: CallerListenerParts) {
    const { voice, turns, timing, line, observe } = parts;
    this.ear = new CallerEar(timing, {
      agentIsSpeaking: () => voice.isSpeaking,
      speechStarts: () => observe('caller-speech-starts', {}),
      bargesIn: () => this.interrupt('voice'),
      turnEnds: ({ spokenMs, overAgent }) => {
        // Too short to interrupt, or not allowed to: the agent talked on, and it was no turn.
        if (overAgent) observe('caller-overheard', { ms: spokenMs });
        else turns.offer({ kind: 'spoken', spokenMs });
      },
      score: line.sends('vad_score') ? (score) => this.score(score) : () => undefined,
    });
  }

  take(message: ReceivedByAgent, stage: ConversationStage): void {
    if (!('type' in message)) {
      this.hear(Buffer.from(message.user_audio_chunk, 'base64'), stage);
      return;
    }
    const { conversation } = this.parts;
    const atMs = performance.now();
    if (message.type === 'contextual_update') {
      conversation.contextualUpdates.push({ ...message, atMs });
    } else if (message.type === 'user_message' || message.type === 'multimodal_message') {
      conversation.userMessages.push({ text: message.text ?? '', atMs });
      if (stage === 'live') this.read(message.text ?? '');
    }
    // user_activity, feedback and mcp_tool_approval_result have no effect on a script; their arrival is recorded.
  }

  private hear(payload: Buffer, stage: ConversationStage): void {
    const { conversation, keepAudio } = this.parts;
    conversation.receivedAudioBytes += payload.length;
    if (keepAudio) conversation.receivedAudio.push({ payload, atMs: performance.now() });
    if (stage === 'live') this.ear.hear(payload);
  }

  /** A typed message is a turn of the caller: the agent stops and answers it. Key presses come this way. */
  private read(text: string): void {
    if (this.parts.voice.isSpeaking) this.interrupt('message');
    this.parts.turns.offer({ kind: 'typed', text });
  }

  private interrupt(by: 'voice' | 'message'): void {
    const { conversation, line, voice, observe } = this.parts;
    // Without this client event an agent cannot be interrupted at all (docs).
    if (!line.sends('interruption')) return;
    const cut = voice.cutOff();
    if (cut.length === 0) return;
    const eventId = line.interruptionId(by);
    conversation.playedUntilMs = performance.now();
    conversation.interruptions.push({ eventId, atMs: performance.now(), by });
    line.send({ type: 'interruption', interruption_event: { event_id: eventId } });
    for (const utterance of cut) {
      const turn = conversation.turns.find(
        (said) => said.role === 'agent' && said.eventId === utterance.eventId,
      );
      if (turn) {
        turn.interrupted = true;
        turn.heard = utterance.heard;
      }
      line.send({
        type: 'agent_response_correction',
        agent_response_correction_event: {
          original_agent_response: utterance.text,
          corrected_agent_response: utterance.heard,
          event_id: utterance.eventId,
        },
      });
    }
    observe('interruption', { eventId, by, heard: cut.map((utterance) => utterance.heard) });
    conversation.changed();
  }

  private score(score: number): void {
    this.framesSinceScore += 1;
    if (this.framesSinceScore < FRAMES_PER_SCORE) return;
    this.framesSinceScore = 0;
    this.parts.line.send({ type: 'vad_score', vad_score_event: { vad_score: score } });
  }
}
