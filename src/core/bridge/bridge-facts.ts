/**
 * The few things that a bridge session tells the call it belongs to. Frames are not among them.
 */
import type { CallFailure, EndReason } from '../call/call.js';
import type { ToolCall, ToolResult } from '../tool/tool.js';
import type { LineStart } from './legs.js';
import type { Cut } from './playback-ledger.js';

export type BridgeFact =
  | { readonly type: 'line-started'; readonly start: LineStart }
  | { readonly type: 'agent-ready'; readonly conversationId: string }
  | { readonly type: 'agent-queued' }
  /** The agent is gone or did not come, and another conversation is opened in its place. `agentId` null: with the same agent. */
  | {
      readonly type: 'agent-lost';
      readonly failure: CallFailure;
      readonly agentId: string | null;
      readonly attempt: number;
      /** The words in the middle of which it broke off, and what of them was heard. */
      readonly brokenOff: { readonly eventId: number; readonly heard: string } | null;
    }
  /** No agent is to be had any more; a person is rung. */
  | { readonly type: 'agent-given-up'; readonly failure: CallFailure }
  /** The first audio of the agent went to the line. */
  | { readonly type: 'first-audio' }
  /** `isMuted`: nothing of it was played. */
  | {
      readonly type: 'agent-said';
      readonly text: string;
      readonly eventId: number;
      readonly isMuted: boolean;
    }
  /** The agent's own account of what it got to say before it was cut. */
  | { readonly type: 'agent-corrected'; readonly text: string; readonly eventId: number }
  | { readonly type: 'caller-said'; readonly text: string; readonly eventId: number }
  | { readonly type: 'interrupted'; readonly eventId: number; readonly cut: Cut }
  | { readonly type: 'digits'; readonly digits: string }
  | { readonly type: 'tool-called'; readonly call: ToolCall }
  | { readonly type: 'tool-answered'; readonly call: ToolCall; readonly result: ToolResult }
  /** What was to be heard of the agent was thrown away, because it was silenced. */
  | { readonly type: 'agent-cut'; readonly cut: Cut }
  /** `by` is the fingerprint of an API key here and below, or `agent`. */
  | { readonly type: 'agent-muted'; readonly isMuted: boolean; readonly by: string }
  | {
      readonly type: 'agent-told';
      readonly text: string;
      readonly role: 'context' | 'user';
      readonly by: string;
    }
  | { readonly type: 'keys-played'; readonly digits: string; readonly by: string }
  | { readonly type: 'taken-over'; readonly by: string }
  | { readonly type: 'given-back'; readonly by: string }
  /** The last fact of a session. `lineUp`: the carrier's side was still there. `cut`: what nobody heard any more. */
  | {
      readonly type: 'ended';
      readonly reason: EndReason;
      readonly failure: CallFailure | undefined;
      readonly lineUp: boolean;
      readonly cut: Cut;
    };

/** Plain fields, written on the hot path and read by whoever gathers metrics. */
export interface BridgeCounters {
  callerFrames: number;
  agentFrames: number;
  /** Caller frames that came before the agent was ready and had to be thrown away, oldest first. */
  heldFramesDropped: number;
  /** Agent audio older than an interruption, or of an agent that is muted. */
  staleFramesDropped: number;
}

export function newCounters(): BridgeCounters {
  return { callerFrames: 0, agentFrames: 0, heldFramesDropped: 0, staleFramesDropped: 0 };
}
