/**
 * Places, receives, finds and ends calls. Decides what is admitted; the life of a call afterwards belongs to the machine.
 */
import { Injectable } from '@nestjs/common';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { Environment } from '../config/environment.js';
import {
  isFinal,
  type AgentOverrides,
  type Call,
  type CallDirection,
  type CallRecording,
  type Variables,
} from '../core/call/call.js';
import { CallStore, type CallFilter, type CallPage } from '../core/call/call.store.js';
import { refusalOf } from '../core/call/destination.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { isCallId, newCallId, type CallId } from '../core/ids.js';
import { CallEntrance } from './call-entrance.js';
import { CallJournal } from './call-journal.js';
import { Dialer } from './dialer.js';

export interface OutboundRequest {
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

/** How long an answer to `POST /calls` waits for Twilio's, so that a refusal is told at once. */
const DIAL_WAIT_MS = 3000;

@Injectable()
export class CallsService {
  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
    private readonly store: CallStore,
    private readonly journal: CallJournal,
    private readonly dialer: Dialer,
    private readonly entrance: CallEntrance,
  ) {}

  /**
   * The call, `queued` when the account's rate makes it wait.
   * @throws CordboardError `bad-input`, `destination-refused`, `at-capacity`, `draining`, `budget-reached`, `carrier-refused`,
   * `carrier-unreachable`.
   */
  async place(request: OutboundRequest): Promise<Call> {
    this.checkDestination(request.to);
    const call = this.newCall('outbound', {
      ...request,
      from: request.from ?? this.defaultNumber(),
      agentId: request.agentId ?? this.defaultAgent(),
    });
    await this.entrance.enter(call);
    const dialled = this.dialer.dial(call);
    return this.withinAWhile(call.id, dialled);
  }

  /** Twilio may ask twice about one call, so the call is found before it is made. */
  async receive(received: ReceivedCall): Promise<Call> {
    const known = await this.journal.findBySid(received.twilioCallSid);
    if (known) return known;
    const fresh = this.newCall(received.direction, {
      ...received,
      agentId: received.agentId ?? this.defaultAgent(),
    });
    const call: Call = {
      ...fresh,
      status: 'ringing',
      twilioCallSid: received.twilioCallSid,
      times: { ...fresh.times, startedAt: fresh.times.createdAt },
    };
    try {
      await this.entrance.enter(call);
      return call;
    } catch (error) {
      // Twilio's two requests can also come at the same moment; then the store took the first.
      const first = await this.store.findBySid(received.twilioCallSid).catch(() => undefined);
      if (first) return first;
      throw error;
    }
  }

  async get(id: string): Promise<Call> {
    const call = isCallId(id) ? await this.journal.find(id) : undefined;
    if (!call) throw new CordboardError('not-found', 'There is no call with this id.');
    return call;
  }

  async list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage> {
    const page = await this.store.list(filter, limit, cursor);
    if (page) return page;
    const faults = [
      { field: 'cursor', message: 'is not a cursor of this list; take nextCursor of an earlier answer' },
    ];
    throw new CordboardError('bad-input', 'cursor: unknown', faults);
  }

  /** @throws CordboardError `not-found`, `call-ended`. */
  async hangUp(id: string): Promise<Call> {
    const call = await this.get(id);
    if (isFinal(call.status)) throw new CordboardError('call-ended', `The call ended: ${call.endReason}.`);
    return (await this.journal.apply(call.id, { type: 'end.decided', reason: 'hung-up-by-api' })) ?? call;
  }

  /** What was dialled, or the call as it stands when that takes long. */
  private withinAWhile(id: CallId, dialled: Promise<Call>): Promise<Call> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(DIAL_WAIT_MS, () => {
        this.get(id).then(resolve, reject);
      });
      dialled.then(resolve, reject).finally(cancel);
    });
  }

  private checkDestination(to: string): void {
    const parsed = parsePhoneNumberFromString(to);
    const facts = {
      number: to,
      country: parsed?.country,
      isPremiumRate: parsed?.getType() === 'PREMIUM_RATE',
    };
    const refusal = refusalOf(facts, this.environment.ALLOWED_DESTINATIONS);
    if (refusal !== undefined) throw new CordboardError('destination-refused', refusal);
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

  private newCall(
    direction: CallDirection,
    request: OutboundRequest & { from: string; agentId: string },
  ): Call {
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
      webhookUrl: request.webhookUrl ?? this.environment.WEBHOOK_URL ?? null,
      ringTimeoutSeconds: request.ringTimeoutSeconds ?? this.environment.RING_TIMEOUT_SECONDS,
      maxDurationSeconds: request.maxDurationSeconds ?? this.environment.MAX_DURATION_SECONDS,
      twilioCallSid: null,
      streamSid: null,
      conversationId: null,
      answeredBy: null,
      durationSeconds: null,
      recording: this.recordingOf(request.record ?? this.environment.RECORD_CALLS),
      cost: { telephony: null, agent: null },
      analysis: null,
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
