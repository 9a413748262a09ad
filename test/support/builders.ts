/**
 * The things that many tests need, valid as they come, with only what matters to a test said by it.
 */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Call, CallTimes } from '../../src/core/call/call.js';
import { applyCallEvent, type CallEvent } from '../../src/core/call/call-machine.js';
import type { LineStart } from '../../src/core/bridge/legs.js';
import type { CallId } from '../../src/core/ids.js';
import type { ToolCall } from '../../src/core/tool/tool.js';
import type { Environment } from '../../src/config/environment.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import type { AppLogger } from '../../src/ops/logger.js';

export const T0 = 1_795_000_000_000;
export const ACCOUNT_SID = `AC${'0'.repeat(31)}1`;
export const CALL_SID = `CA${'0'.repeat(30)}42`;
export const STREAM_SID = `MZ${'0'.repeat(30)}a1`;
export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';

let count = 0;

export type CallFields = Partial<Omit<Call, 'times'>> & { readonly times?: Partial<CallTimes> };

/** A queued outbound call, created at T0, with an id of its own. */
export function callWith({ times, ...fields }: CallFields = {}): Call {
  count += 1;
  const id: CallId = `call_${count.toString(16).padStart(32, '0')}`;
  return {
    id,
    version: 1,
    direction: 'outbound',
    status: 'queued',
    endReason: null,
    failure: null,
    to: '+14155550123',
    from: '+14155550100',
    agentId: 'agent_1',
    variables: {},
    overrides: {},
    metadata: {},
    campaignId: null,
    placedBy: null,
    webhookUrl: null,
    ringTimeoutSeconds: 60,
    maxDurationSeconds: 600,
    twilioCallSid: null,
    streamSid: null,
    conversationId: null,
    earlierConversationIds: [],
    answeredBy: null,
    durationSeconds: null,
    recording: { status: 'off', source: null, twilioRecordingSid: null, durationSeconds: null },
    cost: { telephony: null, agent: null },
    transfer: null,
    analysis: null,
    erased: { transcript: false, person: false },
    ...fields,
    times: {
      createdAt: T0,
      startedAt: null,
      answeredAt: null,
      streamStartedAt: null,
      agentReadyAt: null,
      firstAudioAt: null,
      endedAt: null,
      ...times,
    },
  };
}

/** The call after the events, a second apart; an event that changes nothing is passed over. */
export function after(call: Call, ...events: readonly CallEvent[]): Call {
  return events.reduce((now, event, at) => applyCallEvent(now, event, T0 + (at + 1) * 1000) ?? now, call);
}

export const REQUIRED_VARIABLES: Readonly<Record<string, string>> = {
  PUBLIC_URL: 'https://calls.example.test',
  API_KEYS: 'a-key-of-the-tests-0123456789',
  TWILIO_ACCOUNT_SID: ACCOUNT_SID,
  TWILIO_AUTH_TOKEN: AUTH_TOKEN,
  ELEVENLABS_API_KEY: 'an-elevenlabs-key-of-the-tests',
};

export function environmentWith(variables: Readonly<Record<string, string>> = {}): Environment {
  return readEnvironment({ ...REQUIRED_VARIABLES, ...variables });
}

/** Base64 of so many milliseconds of mu-law at 8000 Hz. */
export function audioOf(ms: number, byte = 0x7f): string {
  return Buffer.alloc(ms * 8, byte).toString('base64');
}

export function startOf(customParameters: Readonly<Record<string, string>> = {}): LineStart {
  return { streamSid: STREAM_SID, carrierCallSid: CALL_SID, customParameters };
}

export function toolCall(fields: Partial<ToolCall> = {}): ToolCall {
  return { id: 'tc_1', name: 'look_up', input: {}, expectsResponse: true, ...fields };
}

export function silentLogger(): AppLogger {
  return pino({ level: 'silent' });
}

/** A stream that keeps the lines written to it. */
export class Lines extends Writable {
  private text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }

  override toString(): string {
    return this.text;
  }

  get all(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
