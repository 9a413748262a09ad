/**
 * A call as the REST API shows it: every field of the Call resource in Twilio's spelling, nulls where Twilio has them. Source: the OpenAPI
 * document of 2026-04-14. It reads a call; it changes nothing.
 */
import type { SimulatedCall } from './simulated-call.js';
import { rfc2822 } from './webhook-params.js';

/** US list prices for a minute, in USD, as third parties noted them in 2026 (unverified). */
const PRICE_PER_MINUTE = { inbound: 0.0085, outbound: 0.014 };

const SUBRESOURCES: Readonly<Record<string, string>> = {
  events: 'Events',
  notifications: 'Notifications',
  payments: 'Payments',
  recordings: 'Recordings',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** `(415) 555-0100` for North American numbers, anything else as it is. */
function formatted(party: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(party);
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : party;
}

function dateOf(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : rfc2822(epochMs);
}

export function callUri(accountSid: string, callSid: string): string {
  return `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}`;
}

/** Whole seconds, begun ones counted; null until the end and for a call that was not answered. */
function durationOf(call: SimulatedCall): number | null {
  const { answeredAtEpochMs, endedAtEpochMs } = call;
  if (answeredAtEpochMs === undefined || endedAtEpochMs === undefined) return null;
  return Math.ceil((endedAtEpochMs - answeredAtEpochMs) / 1000);
}

/** A negative decimal, begun minutes counted; null until some time after the end. */
function priceOf(call: SimulatedCall, nowEpochMs: number, priceDelayMs: number): string | null {
  const seconds = durationOf(call);
  const isKnown = call.endedAtEpochMs !== undefined && nowEpochMs >= call.endedAtEpochMs + priceDelayMs;
  if (seconds === null || !isKnown) return null;
  const rate = call.direction === 'inbound' ? PRICE_PER_MINUTE.inbound : PRICE_PER_MINUTE.outbound;
  return (-rate * Math.max(1, Math.ceil(seconds / 60))).toFixed(5);
}

export interface ResourceView {
  readonly nowEpochMs: number;
  /** How long after the end the price becomes known. */
  readonly priceDelayMs: number;
  /** How long the call waited for its turn. */
  readonly queueMs: number;
}

export function callResource(call: SimulatedCall, view: ResourceView): Record<string, unknown> {
  const uri = callUri(call.accountSid, call.sid);
  const duration = durationOf(call);
  return {
    sid: call.sid,
    date_created: rfc2822(call.createdAtEpochMs),
    date_updated: rfc2822(call.updatedAtEpochMs),
    parent_call_sid: null,
    account_sid: call.accountSid,
    to: call.to,
    to_formatted: formatted(call.to),
    from: call.from,
    from_formatted: formatted(call.from),
    phone_number_sid: null,
    // `initiated` exists in callbacks only.
    status: call.status === 'initiated' ? 'queued' : call.status,
    start_time: dateOf(call.startedAtEpochMs),
    end_time: dateOf(call.endedAtEpochMs),
    duration: duration === null ? null : String(duration),
    price: priceOf(call, view.nowEpochMs, view.priceDelayMs),
    price_unit: 'USD',
    direction: call.direction,
    answered_by: call.answeredBy ?? null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(view.queueMs),
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(
      Object.entries(SUBRESOURCES).map(([name, folder]) => [name, `${uri}/${folder}.json`]),
    ),
  };
}
