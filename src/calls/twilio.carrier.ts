/**
 * Twilio behind the `Carrier` port, through the official SDK. Repeats only what Twilio declares not carried out (429) and
 * requests that never left because no connection came about; anything else leaves it unknown whether a phone rings.
 */
import { Injectable } from '@nestjs/common';
import twilio from 'twilio';
import { Environment } from '../config/environment.js';
import { CALL_STATUSES, type Call, type CallStatus } from '../core/call/call.js';
import { Carrier, type CarrierView } from '../core/call/carrier.js';
import type { PlacedCall } from '../core/call/match-placed.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';

/** The SDK waits 30 s by default; a caller of our API does not. */
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_TRIES = 4;
/** Twilio's limit stands behind ours: if it came first, the record would say that the caller hung up. */
const LIMIT_SLACK_SECONDS = 10;
const FIRST_BACKOFF_MS = 250;
/** A pause that Twilio asks for is kept, but not at any length: somebody waits for the call. */
const LONGEST_RETRY_AFTER_MS = 10_000;
/** No connection was made, so nothing can have been dialled. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** As many as Twilio gives: in which order it lists them is not documented. */
const LIST_PAGE = 1000;

/** What the SDK would repeat as parameters, Twilio takes as one text with spaces (reference 5.1, verified). */
export const RECORDING_EVENTS = ['in-progress completed absent'];

/**
 * Twilio repeats a callback only when it cannot connect, unless told otherwise by the fragment (connection overrides, which
 * are not part of the signed address). A lost status would leave the record waiting for its own watch.
 */
const RETRY_CALLBACKS = '#rc=3&rp=5xx,ct,rt';

type Client = ReturnType<typeof twilio>;
type Request<Body> = Parameters<typeof twilio.RequestClient.prototype.request<Body>>[0];
type Answer<Body> = Awaited<ReturnType<typeof twilio.RequestClient.prototype.request<Body>>>;

/** The SDK's own, which sends again what certainly had no effect. The SDK's retries wait in timers of their own. */
class PatientClient extends twilio.RequestClient {
  constructor(private readonly clock: Clock) {
    super({ timeout: REQUEST_TIMEOUT_MS, keepAlive: true });
  }

  override async request<Body>(request: Request<Body>): Promise<Answer<Body>> {
    for (let tries = 1; ; tries += 1) {
      const jitterMs = FIRST_BACKOFF_MS * 2 ** tries * Math.random();
      let askedForMs = 0;
      try {
        const answer = await super.request(request);
        if (answer.statusCode !== 429 || tries === MAX_TRIES) return answer;
        askedForMs = retryAfterMs(field(answer.headers, 'retry-after'));
      } catch (error) {
        if (tries === MAX_TRIES || !wasNeverSent(error)) throw error;
      }
      await new Promise<void>((resolve) => void this.clock.after(askedForMs + jitterMs, resolve));
    }
  }
}

@Injectable()
export class TwilioCarrier extends Carrier {
  private readonly client: Client;

  constructor(
    private readonly environment: Environment,
    clock: Clock,
  ) {
    super();
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_KEY, TWILIO_API_SECRET } = environment;
    const options = { accountSid: TWILIO_ACCOUNT_SID, httpClient: new PatientClient(clock) };
    this.client =
      TWILIO_API_KEY !== undefined && TWILIO_API_SECRET !== undefined
        ? twilio(TWILIO_API_KEY, TWILIO_API_SECRET, options)
        : twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, options);
    // A public field of the SDK's domain object, honoured for every resource below it (twilio 6.2.0, run).
    this.client.api.baseUrl = environment.TWILIO_API_URL;
  }

  async place(call: Call): Promise<string> {
    const callback = (path: string): string => `${this.environment.PUBLIC_URL}${path}?call=${call.id}`;
    try {
      const placed = await this.client.calls.create({
        to: call.to,
        from: call.from,
        url: callback('/twiml'),
        method: 'POST',
        statusCallback: `${callback('/twilio/status')}${RETRY_CALLBACKS}`,
        statusCallbackMethod: 'POST',
        statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        timeout: call.ringTimeoutSeconds,
        timeLimit: call.maxDurationSeconds + LIMIT_SLACK_SECONDS,
        ...(call.recording.source === 'twilio' ? recordingOf(callback('/twilio/recording')) : {}),
      });
      return placed.sid;
    } catch (error) {
      throw toCatalogue(error);
    }
  }

  /**
   * By both numbers and no time: a call that has not started has no StartTime yet, and whether a filter by it lets such calls
   * through is not documented.
   */
  async findPlaced({ to, from }: Call): Promise<readonly PlacedCall[]> {
    try {
      const { instances } = await this.client.calls.page({ to, from, pageSize: LIST_PAGE });
      return (
        instances
          // Others were not asked for by REST: incoming ones, and the legs of a dial.
          .filter(({ direction }) => direction === 'outbound-api')
          .map(({ sid, dateCreated }) => ({ twilioCallSid: sid, createdAt: dateCreated.getTime() }))
      );
    } catch (error) {
      throw toCatalogue(error);
    }
  }

  async hangUp(twilioCallSid: string): Promise<void> {
    try {
      await this.client.calls(twilioCallSid).update({ status: 'completed' });
    } catch (error) {
      // 404: no such call; 21220: not in progress any more. Either way there is no line to end.
      if (statusOf(error) === 404 || codeOf(error) === 21_220) return;
      throw toCatalogue(error);
    }
  }

  async redirect(twilioCallSid: string, path: string): Promise<void> {
    try {
      const url = `${this.environment.PUBLIC_URL}${path}`;
      await this.client.calls(twilioCallSid).update({ url, method: 'POST' });
    } catch (error) {
      if (statusOf(error) === 404 || codeOf(error) === 21_220)
        throw new CordboardError('call-ended', 'Twilio has no such call in progress.');
      throw toCatalogue(error);
    }
  }

  async forget(twilioCallSid: string): Promise<void> {
    try {
      await this.client.calls(twilioCallSid).remove();
    } catch (error) {
      if (statusOf(error) !== 404) throw toCatalogue(error);
    }
  }

  async look(twilioCallSid: string): Promise<CarrierView | undefined> {
    try {
      const call = await this.client.calls(twilioCallSid).fetch();
      const seconds = Number.parseInt(call.duration, 10);
      return {
        status: isCallStatus(call.status) ? call.status : 'in-progress',
        durationSeconds: Number.isNaN(seconds) ? undefined : seconds,
      };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw toCatalogue(error);
    }
  }
}

/** From the answer on, both sides in channels of their own, silence included: what a recording made here has too. */
function recordingOf(recordingStatusCallback: string) {
  return {
    record: true,
    recordingChannels: 'dual',
    trim: 'do-not-trim',
    recordingStatusCallback,
    recordingStatusCallbackMethod: 'POST',
    recordingStatusCallbackEvent: RECORDING_EVENTS,
  };
}

function isCallStatus(status: string): status is CallStatus {
  return (CALL_STATUSES as readonly string[]).includes(status);
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function statusOf(error: unknown): number | undefined {
  const status = field(error, 'status');
  return typeof status === 'number' ? status : undefined;
}

function codeOf(error: unknown): number | string | undefined {
  const code = field(error, 'code');
  return typeof code === 'number' || typeof code === 'string' ? code : undefined;
}

/** A time limit that runs out while connecting is one that Node names so; while waiting for an answer it is axios' own. */
function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has(String(codeOf(error))) || field(error, 'syscall') === 'connect';
}

/** In seconds; a date, which RFC 9110 also allows, was never seen from Twilio and is left to the back-off. */
function retryAfterMs(header: unknown): number {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return 0;
  return Math.min(Number(header) * 1000, LONGEST_RETRY_AFTER_MS);
}

/** The SDK throws a RestException for an answer and axios' error for none. */
function toCatalogue(error: unknown): CordboardError {
  const status = statusOf(error);
  const code = codeOf(error);
  const notProcessed = status === 429 || wasNeverSent(error);
  if (!notProcessed && status !== undefined && status >= 400 && status < 500) {
    const named = typeof code === 'number' ? `Twilio error ${code}` : `HTTP ${status}`;
    return new CordboardError(
      'carrier-refused',
      `${named}: ${withoutNumbers(String(field(error, 'message')))}`,
    );
  }
  const how = status === undefined ? String(code ?? 'no answer') : `HTTP ${status}`;
  const sent = notProcessed ? 'No call was placed.' : 'Whether the phone rings is not known.';
  return new CordboardError('carrier-unreachable', `Twilio did not take the request (${how}). ${sent}`, [], {
    placed: notProcessed ? 'no' : 'unknown',
  });
}

/** Twilio's messages quote the number that was dialled; details end up in logs and records of failures. */
function withoutNumbers(text: string): string {
  return text.replace(/\+?\d{6,}/g, '[number]');
}
