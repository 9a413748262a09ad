/**
 * Sends signed webhooks the way Twilio does: form or query parameters, signature over the address without its fragment, one
 * idempotency token for all tries, redirects followed. It does not know what a webhook means.
 */
import { randomUUID } from 'node:crypto';
import type { WebhookKind, WebhookRecord } from './call-record.js';
import { isWorthRetrying, readOverrides, type ConnectionOverrides } from './connection-overrides.js';
import { encodeForm } from './form.js';
import { exchange, HttpFailure, type HttpAnswer } from './http-exchange.js';
import { twilioSignature } from './signature.js';

/** More redirects than this are error 11215. */
const MOST_REDIRECTS = 10;

export interface Webhook {
  readonly kind: WebhookKind;
  /** As configured, overrides in the fragment included. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Readonly<Record<string, string>>;
  /** Given for a repetition of an earlier webhook. */
  readonly idempotencyToken?: string;
}

/** The webhook got no usable answer; `code` is what Twilio would log. */
export class WebhookFailed extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly url: string,
  ) {
    super(message);
    this.name = 'WebhookFailed';
  }
}

export interface WebhookAnswer extends HttpAnswer {
  /** The address that answered in the end, after redirects. */
  readonly url: string;
}

export interface SenderOptions {
  readonly authToken: string;
  /** Other targets for the connection by host (and port): see `TwilioSimulatorOptions.connectTo`. */
  readonly connectTo: Readonly<Record<string, string>>;
}

function withQuery(url: string, params: Readonly<Record<string, string>>): string {
  const query = encodeForm(params);
  if (query === '') return url;
  return url + (url.includes('?') ? '&' : '?') + query;
}

function isRequestable(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function resolved(location: string, from: string): string {
  return URL.canParse(location, from) ? new URL(location, from).href : location;
}

export class WebhookSender {
  constructor(private readonly options: SenderOptions) {}

  /**
   * @param keep receives the record as soon as the webhook is on its way
   * @throws WebhookFailed when there is no answer below 400
   */
  async send(
    hook: Webhook,
    keep: (record: WebhookRecord) => void,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> {
    let next = hook;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const { url, overrides } = readOverrides(next.url);
      if (!isRequestable(url)) throw new WebhookFailed(11100, `${url} is not an http(s) address`, url);
      const record = this.record(next, url);
      keep(record);
      const answer = await this.attempt(record, overrides, signal);
      if (answer.status >= 400) {
        throw new WebhookFailed(11200, `${record.url} answered ${answer.status}`, record.url);
      }
      if (answer.status < 300 || answer.location === undefined) return { ...answer, url: record.url };
      // Which method follows which redirect is not documented; GET is what clients do.
      next = { ...hook, url: resolved(answer.location, record.url), method: 'GET' };
    }
    throw new WebhookFailed(11215, `more than ${MOST_REDIRECTS} redirects`, hook.url);
  }

  private record(hook: Webhook, address: string): WebhookRecord {
    const url = hook.method === 'GET' ? withQuery(address, hook.params) : address;
    const signed = hook.method === 'GET' ? {} : hook.params;
    return {
      kind: hook.kind,
      method: hook.method,
      url,
      params: hook.params,
      signature: twilioSignature(this.options.authToken, url, signed),
      idempotencyToken: hook.idempotencyToken ?? randomUUID(),
      atMs: performance.now(),
      attempts: 0,
    };
  }

  private async attempt(
    record: WebhookRecord,
    overrides: ConnectionOverrides,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    for (;;) {
      record.attempts += 1;
      const isLast = record.attempts > overrides.retries || signal.aborted;
      try {
        const answer = await this.once(record, overrides, signal);
        record.status = answer.status;
        if (isLast || !isWorthRetrying(answer.status, overrides.policy)) return answer;
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        record.failure = error.message;
        if (isLast || !isWorthRetrying(error.phase, overrides.policy)) {
          throw new WebhookFailed(11205, `${record.url}: ${error.message}`, record.url);
        }
      }
    }
  }

  private once(
    record: WebhookRecord,
    overrides: ConnectionOverrides,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const headers: Record<string, string> = {
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'x-twilio-signature': record.signature,
      'i-twilio-idempotency-token': record.idempotencyToken,
    };
    const body = record.method === 'POST' ? encodeForm(record.params) : undefined;
    if (body !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['content-length'] = String(Buffer.byteLength(body));
    }
    return exchange({
      method: record.method,
      url: record.url,
      headers,
      ...(body === undefined ? {} : { body }),
      connectMs: overrides.connectMs,
      totalMs: overrides.totalMs,
      connectTo: this.options.connectTo[new URL(record.url).host],
      signal,
    });
  }
}
