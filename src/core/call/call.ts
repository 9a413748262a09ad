/**
 * The record of a call: what the outside sees, what the store keeps. Changed only by `applyCallEvent` in `call-machine.ts`.
 */
import type { ErrorCode } from '../errors.js';
import type { CallId } from '../ids.js';

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
  'agent-failed',
  'carrier-failed',
  'stream-failed',
  'max-duration',
  'busy',
  'no-answer',
  'canceled',
  'shutting-down',
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
  readonly ringTimeoutSeconds: number;
  readonly maxDurationSeconds: number;
  readonly twilioCallSid: string | null;
  readonly streamSid: string | null;
  readonly conversationId: string | null;
  readonly answeredBy: string | null;
  /** As Twilio told it; until then our own measure from answer to end. */
  readonly durationSeconds: number | null;
  readonly times: CallTimes;
}

const FINAL: ReadonlySet<CallStatus> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

export function isFinal(status: CallStatus): boolean {
  return FINAL.has(status);
}
