/**
 * The record of a call that is about to begin: what was asked for, and what the environment says where nothing was.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { AgentOverrides, Call, CallDirection, CallRecording, Variables } from '../core/call/call.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { newCallId, type CallId } from '../core/ids.js';
import { Destinations } from './destinations.js';

export interface OutboundRequest {
  /** Fingerprint of the API key that asks for it. */
  readonly placedBy?: string;
  /** Chosen before, so that a repeated request finds the call by it. */
  readonly id?: CallId;
  readonly to: string;
  readonly from?: string;
  readonly agentId?: string;
  readonly variables?: Variables;
  readonly overrides?: AgentOverrides;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ringTimeoutSeconds?: number;
  readonly maxDurationSeconds?: number;
  readonly record?: boolean;
  readonly webhookUrl?: string;
}

/** A call that we did not place: somebody rings us, or another program placed it with our TwiML address. */
export interface ReceivedCall {
  readonly direction: CallDirection;
  readonly twilioCallSid: string;
  readonly to: string;
  readonly from: string;
  readonly agentId?: string;
  readonly variables: Variables;
}

@Injectable()
export class NewCalls {
  constructor(
    private readonly environment: Environment,
    private readonly destinations: Destinations,
    private readonly clock: Clock,
  ) {}

  /** @throws CordboardError `bad-input`, `destination-refused`. */
  outbound(request: OutboundRequest): Call {
    this.destinations.check(request.to);
    return this.of('outbound', {
      ...request,
      from: request.from ?? this.defaultNumber(),
      agentId: request.agentId ?? this.defaultAgent(),
    });
  }

  /** @throws CordboardError `bad-input` where no agent is named. */
  received({ direction, twilioCallSid, ...received }: ReceivedCall): Call {
    const call = this.of(direction, { ...received, agentId: received.agentId ?? this.defaultAgent() });
    const times = { ...call.times, startedAt: call.times.createdAt };
    return { ...call, status: 'ringing', twilioCallSid, times };
  }

  private defaultNumber(): string {
    return (
      this.environment.TWILIO_PHONE_NUMBER ??
      missing('from', 'give the caller id, or set TWILIO_PHONE_NUMBER')
    );
  }

  private defaultAgent(): string {
    return (
      this.environment.ELEVENLABS_AGENT_ID ?? missing('agentId', 'name an agent, or set ELEVENLABS_AGENT_ID')
    );
  }

  private recordingOf(asked: boolean): CallRecording {
    const source = asked ? this.environment.RECORDING_SOURCE : null;
    return { status: asked ? 'pending' : 'off', source, twilioRecordingSid: null, durationSeconds: null };
  }

  private of(direction: CallDirection, request: OutboundRequest & { from: string; agentId: string }): Call {
    return {
      id: request.id ?? newCallId(),
      version: 1,
      direction,
      status: 'queued',
      endReason: null,
      failure: null,
      to: request.to,
      from: request.from,
      agentId: request.agentId,
      variables: request.variables ?? {},
      overrides: request.overrides ?? {},
      metadata: request.metadata ?? {},
      campaignId: null,
      placedBy: request.placedBy ?? null,
      webhookUrl: request.webhookUrl ?? this.environment.WEBHOOK_URL ?? null,
      ringTimeoutSeconds: request.ringTimeoutSeconds ?? this.environment.RING_TIMEOUT_SECONDS,
      maxDurationSeconds: request.maxDurationSeconds ?? this.environment.MAX_DURATION_SECONDS,
      twilioCallSid: null,
      streamSid: null,
      conversationId: null,
      earlierConversationIds: [],
      answeredBy: null,
      durationSeconds: null,
      recording: this.recordingOf(request.record ?? this.environment.RECORD_CALLS),
      cost: { telephony: null, agent: null },
      transfer: null,
      analysis: null,
      erased: { transcript: false, person: false },
      times: {
        createdAt: this.clock.now(),
        startedAt: null,
        answeredAt: null,
        streamStartedAt: null,
        agentReadyAt: null,
        firstAudioAt: null,
        endedAt: null,
      },
    };
  }
}

function missing(field: string, message: string): never {
  throw new CordboardError('bad-input', `${field}: ${message}`, [{ field, message }]);
}
