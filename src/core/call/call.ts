/**
 * The record of a call: what the outside sees, what the store keeps. Changed only by `applyCallEvent` in `call-machine.ts`.
 */
import type { ErrorCode } from '../errors.js';
import type { CallId } from '../ids.js';
import type { CallTransfer } from './transfer.js';

export type CallDirection = 'outbound' | 'inbound';
export type VariableValue = string | number | boolean;
export type Variables = Readonly<Record<string, VariableValue>>;

/** Twilio's words. The last five are final. */
export const CALL_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Who ended the call, or why it never came about. The first cause wins. */
export const END_REASONS = [
  'caller-hung-up',
  'agent-ended',
  'hung-up-by-api',
  'transferred',
  'agent-failed',
  'carrier-failed',
  'stream-failed',
  'max-duration',
  'busy',
  'no-answer',
  'canceled',
  'shutting-down',
  'service-failed',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Only what was set is sent to the agent. */
export interface AgentOverrides {
  readonly firstMessage?: string;
  readonly prompt?: string;
  readonly language?: string;
  readonly voiceId?: string;
}

export interface CallFailure {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Milliseconds since the Unix epoch of each step that has happened. */
export interface CallTimes {
  readonly createdAt: number;
  /** Twilio was asked to place the call, or asked us about it. */
  readonly startedAt: number | null;
  readonly answeredAt: number | null;
  readonly streamStartedAt: number | null;
  readonly agentReadyAt: number | null;
  /** The first audio of the agent was handed to Twilio. */
  readonly firstAudioAt: number | null;
  readonly endedAt: number | null;
}

/** `off`: not asked for. `pending`: asked for, and nothing recorded yet. `absent`: asked for, and there was nothing to record. */
export const RECORDING_STATUSES = [
  'off',
  'pending',
  'recording',
  'ready',
  'absent',
  'failed',
  'deleted',
] as const;
export type RecordingStatus = (typeof RECORDING_STATUSES)[number];

/** `service`: made here from the media that is relayed. `twilio`: made by Twilio and fetched from there. */
export type RecordingSource = 'service' | 'twilio';

export interface CallRecording {
  readonly status: RecordingStatus;
  readonly source: RecordingSource | null;
  /** Twilio's id of a recording that Twilio made. */
  readonly twilioRecordingSid: string | null;
  readonly durationSeconds: number | null;
}

/** What one side charges, in millionths of a US dollar: whole numbers add up exactly. */
export interface CostPart {
  readonly usdMicros: number;
  /** False: our estimate. True: what the vendor says it charged. */
  readonly final: boolean;
}

/** Null until the call has ended. */
export interface CallCost {
  readonly telephony: CostPart | null;
  readonly agent: CostPart | null;
}

/** What was taken out of the record, by age or because somebody asked for it. It does not come back. */
export interface CallErasure {
  /** What was said, pressed and looked up, and what was made of it. */
  readonly transcript: boolean;
  /** The number of the other side, and what came with the call and may name a person: variables, overrides, metadata. */
  readonly person: boolean;
}

/** What stands where the number of an erased person stood. Twilio says the same of callers that withhold theirs. */
export const ANONYMOUS = 'anonymous';

/** What ElevenLabs made of the conversation afterwards. */
export interface CallAnalysis {
  readonly successful: 'success' | 'failure' | 'unknown';
  readonly summary: string | null;
  /** By the id of the criterion or the name of the value, as ElevenLabs gives them. */
  readonly evaluation: Readonly<Record<string, unknown>>;
  readonly collected: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly id: CallId;
  /** Grows by one with every change; a store refuses to write over a version it was not shown. */
  readonly version: number;
  readonly direction: CallDirection;
  readonly status: CallStatus;
  readonly endReason: EndReason | null;
  readonly failure: CallFailure | null;
  readonly to: string;
  readonly from: string;
  readonly agentId: string;
  readonly variables: Variables;
  readonly overrides: AgentOverrides;
  readonly metadata: Readonly<Record<string, string>>;
  readonly campaignId: string | null;
  /** Fingerprint of the API key that placed it; null when nobody here did. */
  readonly placedBy: string | null;
  /** Where the events of this call are posted to. */
  readonly webhookUrl: string | null;
  readonly ringTimeoutSeconds: number;
  readonly maxDurationSeconds: number;
  readonly twilioCallSid: string | null;
  readonly streamSid: string | null;
  readonly conversationId: string | null;
  /** Conversations of the call before that one, which broke off or ended with a transfer; oldest first. */
  readonly earlierConversationIds: readonly string[];
  readonly answeredBy: string | null;
  /** As Twilio told it; until then our own measure from answer to end. */
  readonly durationSeconds: number | null;
  readonly recording: CallRecording;
  readonly cost: CallCost;
  /** The newest, under way or over; null while there was none. */
  readonly transfer: CallTransfer | null;
  readonly analysis: CallAnalysis | null;
  readonly erased: CallErasure;
  readonly times: CallTimes;
}

const FINAL: ReadonlySet<CallStatus> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

export function isFinal(status: CallStatus): boolean {
  return FINAL.has(status);
}
