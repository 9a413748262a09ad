/**
 * The words in which a simulated call is described: statuses, causes of its end, and what is kept about each webhook, stream
 * and piece of audio. Types only.
 */
import type { PlayedAudio } from './playout.js';

/** Twilio's statuses; `initiated` exists in callbacks only, the REST API shows it as `queued`. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled';

export const FINAL_STATUSES: readonly CallStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

export function isFinal(status: CallStatus): boolean {
  return FINAL_STATUSES.includes(status);
}

export type Direction = 'inbound' | 'outbound-api' | 'outbound-dial';

/** Why a call ended; the first cause is kept. */
export type EndCause =
  | 'caller-hung-up'
  | 'completed-by-rest'
  | 'canceled-by-rest'
  | 'document-ended'
  | 'hangup-verb'
  | 'reject-verb'
  | 'document-error'
  | 'busy'
  | 'not-answered'
  | 'failed'
  | 'ring-timeout'
  | 'time-limit'
  | 'simulator-error'
  | 'simulator-stopped';

export type WebhookKind =
  | 'voice'
  | 'fallback'
  | 'action'
  | 'redirect'
  | 'status'
  | 'stream-status'
  | 'amd'
  | 'dial-leg'
  | 'whisper'
  | 'recording';

/** One request to the service, with its retries. */
export interface WebhookRecord {
  readonly kind: WebhookKind;
  readonly method: 'GET' | 'POST';
  /** As requested and signed: the fragment is left out, a GET's parameters are in the query. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly signature: string;
  readonly idempotencyToken: string;
  /** When it was sent, in ms of `performance.now()`. */
  readonly atMs: number;
  /** How often it was tried, 1 or more. */
  attempts: number;
  /** The HTTP status of the answer, once there is one. */
  status?: number;
  /** Why there is no answer. */
  failure?: string;
}

/** An entry in Twilio's error log. */
export interface CallWarning {
  readonly code: number;
  readonly detail: string;
}

export interface DialRecord {
  readonly to: string;
  readonly callSid: string;
  readonly callerId: string;
  readonly timeoutSeconds: number;
  /** What the whisper document said to the callee. */
  readonly whispers: readonly string[];
  readonly status: string;
  /** From the answer to the end; 0 without an answer. */
  readonly seconds: number;
  readonly endedAtEpochMs: number;
}

/** A frame of the caller as it went out. */
export interface SentFrame {
  readonly payload: Buffer;
  /** When it was sent, in ms of `performance.now()`. */
  readonly atMs: number;
  /** The `timestamp` that it carried: ms since the stream began. */
  readonly timestampMs: number;
}

export interface ReceivedAudio {
  readonly payload: Buffer;
  /** When it arrived, in ms of `performance.now()`. */
  readonly atMs: number;
}

export interface ClearedAudio {
  /** How much unheard audio was thrown away. */
  readonly bytes: number;
  readonly atMs: number;
}

export interface MarkRecord {
  readonly name: string;
  readonly receivedAtMs: number;
  echoedAtMs?: number;
  /** True when it came back because of `clear`, not because it was played. */
  cleared: boolean;
}

/** One media stream, as far as it has got. */
export interface StreamRecord {
  readonly streamSid: string;
  readonly url: string;
  readonly customParameters: Readonly<Record<string, string>>;
  /** Where the stream's time begins, in ms of `performance.now()`; 0 until `start` was sent. */
  readonly lineZeroMs: number;
  readonly sentFrames: readonly SentFrame[];
  readonly received: readonly ReceivedAudio[];
  readonly cleared: readonly ClearedAudio[];
  readonly marks: readonly MarkRecord[];
  readonly played: readonly PlayedAudio[];
}
