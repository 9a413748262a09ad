/**
 * Recordings that Twilio makes, behind the `CarrierRecordings` port: the SDK for the resource, plain HTTP for the sound. Whether
 * the agent's audio of a bidirectional stream is in Twilio's recording, and which channel is whose, is stated nowhere
 * (reference twilio.md 5.1, unverified): what Twilio keeps is handed out as it is.
 */
import { Injectable } from '@nestjs/common';
import twilio from 'twilio';
import { RECORDING_EVENTS } from '../calls/twilio.carrier.js';
import { Environment } from '../config/environment.js';
import {
  CarrierRecordings,
  type CarrierMedia,
  type CarrierRecording,
} from '../core/call/carrier-recordings.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** Each pause and each leg of a transfer can begin one; the page size of Twilio. */
const MOST_OF_A_CALL = 1000;
const SID = /^RE[0-9a-fA-F]{32}$/;

/** An answer whose body is still on its way, until it is left. */
interface Answer {
  readonly response: Response;
  readonly leave: () => void;
}

@Injectable()
export class TwilioRecordings extends CarrierRecordings {
  private readonly client: ReturnType<typeof twilio>;
  private readonly authorization: string;

  constructor(private readonly environment: Environment) {
    super();
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_KEY, TWILIO_API_SECRET } = environment;
    const hasKey = TWILIO_API_KEY !== undefined && TWILIO_API_SECRET !== undefined;
    const [name, secret] = hasKey
      ? [TWILIO_API_KEY, TWILIO_API_SECRET]
      : [TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN];
    const httpClient = new twilio.RequestClient({ timeout: REQUEST_TIMEOUT_MS, keepAlive: true });
    this.client = twilio(name, secret, { accountSid: TWILIO_ACCOUNT_SID, httpClient });
    this.client.api.baseUrl = environment.TWILIO_API_URL;
    this.authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
  }

  start(twilioCallSid: string, callId: CallId): Promise<string> {
    return asked('start a recording', async () => {
      const { sid } = await this.client.calls(twilioCallSid).recordings.create({
        recordingChannels: 'dual',
        trim: 'do-not-trim',
        recordingStatusCallback: `${this.environment.PUBLIC_URL}/twilio/recording?call=${callId}`,
        recordingStatusCallbackMethod: 'POST',
        recordingStatusCallbackEvent: RECORDING_EVENTS,
      });
      return sid;
    });
  }

  ofCall(twilioCallSid: string): Promise<CarrierRecording | undefined> {
    return asked('list the recordings of a call', async () => {
      const all = await this.client.recordings.list({ callSid: twilioCallSid, limit: 20 });
      // Newest first; the first one has the whole call.
      const first = all.findLast(({ status }) => status !== 'deleted');
      if (!first) return undefined;
      const seconds = Number.parseInt(first.duration, 10);
      const status = first.status === 'completed' || first.status === 'absent' ? first.status : 'working';
      return { sid: first.sid, status, durationSeconds: Number.isNaN(seconds) ? null : seconds };
    });
  }

  async fetch(sid: string, range?: string): Promise<CarrierMedia | undefined> {
    // Two channels are refused with 400 where there is one (reference 5.1, verified).
    let answer = await this.request(sid, 2, range);
    if (answer.response.status === 400) {
      answer.leave();
      answer = await this.request(sid, 1, range);
    }
    const { response, leave } = answer;
    if (response.ok && response.body) return mediaOf(response, response.body, leave);
    leave();
    // The range lies outside: whoever asked is told so by us, who know the length then.
    if (response.status === 416 && range !== undefined) return this.fetch(sid);
    if (response.status === 404) return undefined;
    throw refusal(response.status, 'fetch a recording');
  }

  remove(sid: string): Promise<void> {
    return asked('delete a recording', async () => {
      try {
        await this.client.recordings(checked(sid)).remove();
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  async removeOfCall(twilioCallSid: string): Promise<void> {
    const all = await asked('list the recordings of a call', () =>
      this.client.recordings.list({ callSid: twilioCallSid, limit: MOST_OF_A_CALL }),
    );
    for (const { sid, status } of all) if (status !== 'deleted') await this.remove(sid);
  }

  private async request(sid: string, channels: 1 | 2, range: string | undefined): Promise<Answer> {
    const { TWILIO_API_URL, TWILIO_ACCOUNT_SID } = this.environment;
    const recordings = `${TWILIO_API_URL}/2010-04-01/Accounts/${TWILIO_ACCOUNT_SID}/Recordings`;
    const address = `${recordings}/${checked(sid)}.wav?RequestedChannels=${channels}`;
    // The sound takes as long as its listener; only the answer to the request has a limit.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), REQUEST_TIMEOUT_MS);
    try {
      const response = await fetch(address, {
        headers: {
          authorization: this.authorization,
          'accept-encoding': 'identity',
          ...(range === undefined ? {} : { range }),
        },
        signal: limit.signal,
      });
      return { response, leave: () => limit.abort() };
    } catch {
      throw new CordboardError('carrier-unreachable', 'Twilio did not answer the request for a recording.');
    } finally {
      clearTimeout(timer);
    }
  }
}

function checked(sid: string): string {
  if (!SID.test(sid)) throw new CordboardError('not-found', 'The id of the recording is none of Twilio’s.');
  return sid;
}

function mediaOf(response: Response, body: AsyncIterable<Uint8Array>, leave: () => void): CarrierMedia {
  const part = response.status === 206 ? partOf(response.headers.get('content-range')) : undefined;
  const length = Number.parseInt(response.headers.get('content-length') ?? '', 10);
  const totalBytes = part ? part.total : Number.isNaN(length) ? undefined : length;
  return { totalBytes, part, body, leave };
}

function partOf(header: string | null): { first: number; last: number; total: number } | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header ?? '') ?? [];
  return total === undefined ? undefined : { first: Number(first), last: Number(last), total: Number(total) };
}

function statusOf(error: unknown): number | undefined {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' ? status : undefined;
}

async function asked<Result>(what: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof CordboardError ? error : refusal(statusOf(error), what);
  }
}

function refusal(status: number | undefined, what: string): CordboardError {
  const isRefused = status !== undefined && status >= 400 && status < 500 && status !== 429;
  return isRefused
    ? new CordboardError('carrier-refused', `Twilio refused to ${what} (HTTP ${status}).`)
    : new CordboardError('carrier-unreachable', `Twilio did not ${what} (${status ?? 'no answer'}).`);
}
