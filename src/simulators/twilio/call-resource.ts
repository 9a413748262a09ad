/**
 * A call as the REST API shows it: every field of the Call resource in Twilio's spelling, nulls where Twilio has them. Source: the OpenAPI
 * document of 2026-04-14. It reads a call; it changes nothing.
 */
import { callPrice, talkedSeconds, type Prices } from './prices.js';
import type { SimulatedCall } from './simulated-call.js';
import { rfc2822 } from './webhook-params.js';

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

export interface ResourceView {
  readonly nowEpochMs: number;
  readonly prices: Prices;
  /** How long the call waited for its turn. */
  readonly queueMs: number;
}

export function callResource(call: SimulatedCall, view: ResourceView): Record<string, unknown> {
  const uri = callUri(call.accountSid, call.sid);
  const seconds = talkedSeconds(call);
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
    duration: seconds === undefined ? null : String(seconds),
    price: callPrice(call, view.prices, view.nowEpochMs),
    price_unit: view.prices.priceUnit,
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
