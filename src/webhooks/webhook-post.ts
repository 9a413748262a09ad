/**
 * One signed request to somebody's address: no redirects, no private addresses, no patience without an end, and nothing of the
 * answer kept but its status.
 */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Environment } from '../config/environment.js';
import { eventViewOf, type ShownEvent } from '../core/call/event-view.js';
import { Clock } from '../core/clock.js';
import type { AttemptOutcome } from '../core/webhook/retry-schedule.js';
import { hostOf, isPublicAddress } from '../outward/address-rules.js';
import { lookupPublic, PRIVATE_ADDRESS } from '../outward/guarded-lookup.js';

/** From the connection to the last byte of the answer. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** An answer is not read; a little of it is let pass, so that its connection can be used again. */
const MAX_ANSWER_BYTES = 65_536;
const TIMED_OUT = 'ETIMEDOUT';

@Injectable()
export class WebhookPost implements OnApplicationShutdown {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {
    const lookup = environment.WEBHOOK_ALLOW_PRIVATE ? {} : { lookup: lookupPublic };
    this.http = new HttpAgent({ keepAlive: true, timeout: REQUEST_TIMEOUT_MS, ...lookup });
    this.https = new HttpsAgent({ keepAlive: true, timeout: REQUEST_TIMEOUT_MS, ...lookup });
  }

  onApplicationShutdown(): void {
    this.http.destroy();
    this.https.destroy();
  }

  /** Never rejects, unless it is aborted. */
  async send(url: string, event: ShownEvent, signal: AbortSignal): Promise<AttemptOutcome> {
    const limit = new AbortController();
    const cancel = this.clock.after(REQUEST_TIMEOUT_MS, () => limit.abort());
    try {
      return await this.exchange(new URL(url), event, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      if (signal.aborted) throw error;
      return { status: null, error: limit.signal.aborted ? TIMED_OUT : codeOf(error) };
    } finally {
      cancel();
    }
  }

  private async exchange(url: URL, event: ShownEvent, signal: AbortSignal): Promise<AttemptOutcome> {
    const { WEBHOOK_ALLOW_PRIVATE, WEBHOOK_SECRET = '' } = this.environment;
    const host = hostOf(url);
    // A literal address is not looked up, so it is looked at here.
    if (!WEBHOOK_ALLOW_PRIVATE && isIP(host) !== 0 && !isPublicAddress(host))
      return { status: null, error: PRIVATE_ADDRESS };
    const response = await this.post(url, signedMessage(event, WEBHOOK_SECRET, this.clock.now()), signal);
    await leave(response);
    const retryAfterSeconds = Number.parseInt(response.headers['retry-after'] ?? '', 10);
    return {
      status: response.statusCode ?? null,
      error: null,
      ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    };
  }

  private post(url: URL, { headers, body }: Message, signal: AbortSignal): Promise<IncomingMessage> {
    const isPlain = url.protocol === 'http:';
    const options: RequestOptions = {
      method: 'POST',
      agent: isPlain ? this.http : this.https,
      signal,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    return new Promise((resolve, reject) => {
      const request = (isPlain ? httpRequest : httpsRequest)(url, options, resolve);
      request.once('error', reject);
      request.end(body);
    });
  }
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The id is that of the event, the same at every attempt; the time is that of the attempt (Standard Webhooks). */
function signedMessage(event: ShownEvent, secret: string, now: number): Message {
  const view = eventViewOf(event);
  const body = JSON.stringify(view);
  const at = new Date(now);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Cordboard',
      'webhook-id': view.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(view.id, at, body),
    },
  };
}

async function leave(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
    // Leaving the loop destroys the connection.
    if (bytes > MAX_ANSWER_BYTES) break;
  }
}

/** A word for the record and the log: messages of errors have addresses in them. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
