/**
 * Ports: what a phone line and an agent can do, and what they tell. `close` is our decision; `…Gone` happened to us.
 * Audio is base64 of mu-law at 8000 Hz from socket to socket: nobody in between decodes it.
 */
import type { Base64Audio } from '../audio/base64-audio.js';
import type { AgentOverrides, Variables } from '../call/call.js';
import type { CallFailure } from '../call/call.js';
import type { ToolCall } from '../tool/tool.js';

export interface CarrierLeg {
  play(payload: Base64Audio): void;
  /** Asks to be told, by that name, when everything played before has been heard. */
  mark(name: string): void;
  /** Throws away what has not been heard yet. */
  clear(): void;
  close(): void;
}

export interface LineStart {
  readonly streamSid: string;
  readonly carrierCallSid: string;
  readonly customParameters: Readonly<Record<string, string>>;
}

/** What a line tells. Every method returns at once and never throws. */
export interface CarrierEvents {
  lineStarted(start: LineStart): void;
  /** @param timestampMs the carrier's own time of the frame, milliseconds since the stream began; NaN where it gave none. */
  callerAudio(payload: Base64Audio, timestampMs: number): void;
  digit(digit: string): void;
  markPlayed(name: string): void;
  /** The carrier said that the stream is over: the caller hung up, or the line was taken elsewhere. */
  lineStopped(): void;
  /** The socket is gone without a word; `clean` when it was closed by the rules of WebSocket. */
  lineGone(clean: boolean, detail: string): void;
  /** The line cannot be used; `failure` says why. */
  lineFailed(failure: CallFailure): void;
}

export interface AgentOpening {
  readonly variables: Variables;
  readonly overrides: AgentOverrides;
}

export interface AgentLeg {
  /** Must come first, once. Held until the socket is open. */
  begin(opening: AgentOpening): void;
  sendAudio(payload: Base64Audio): void;
  answerTool(id: string, result: string, isError: boolean): void;
  /** A turn of the caller in words: the agent answers it. */
  say(text: string): void;
  /** Something the agent should know without answering it. A newer one of the same context takes its place. */
  inform(text: string, contextId?: string): void;
  close(): void;
}

/** What an agent tells. Every method returns at once and never throws. */
export interface AgentEvents {
  agentReady(conversationId: string): void;
  /** The vendor holds the conversation in its queue and throws away what is sent meanwhile. */
  agentQueued(): void;
  agentAudio(payload: Base64Audio, eventId: number): void;
  /** The caller cut in: what was sent before `eventId` is stale. */
  interrupted(eventId: number): void;
  agentSaid(text: string, eventId: number): void;
  agentCorrected(text: string, eventId: number): void;
  callerSaid(text: string, eventId: number): void;
  toolCalled(call: ToolCall): void;
  /** The agent decided to end the call; its last words may still come. */
  agentEnding(): void;
  /** The socket is gone. Without a failure the conversation ended as it should. */
  agentGone(failure: CallFailure | undefined, reason: AgentEndReason): void;
}
export type AgentEndReason = 'agent-ended' | 'max-duration' | 'agent-failed';

/** Opens conversations with agents. */
export abstract class AgentProvider {
  /**
   * Gets ready while the phone rings, so that opening is quick. Passing faults are left for `open` to meet again.
   * @throws CordboardError when this agent cannot be talked to at all: refused key, unknown agent.
   */
  abstract prepare(callId: string, agentId: string): Promise<void>;
  abstract open(callId: string, agentId: string, events: AgentEvents): AgentLeg;
  /** Forgets what was prepared for a call that will not be opened. */
  abstract forget(callId: string): void;
}
