/**
 * The leg of a person whom a `<Dial>` rang, as the REST API shows it: a call of its own with the dialling one as its parent, billed for the
 * time from its answer. It reads a record; it changes nothing.
 */
import type { DialRecord } from './call-record.js';
import { callResource, callUri, type ResourceView } from './call-resource.js';
import { chargeOf } from './prices.js';
import type { SimulatedCall } from './simulated-call.js';
import { rfc2822 } from './webhook-params.js';

export function legResource(
  call: SimulatedCall,
  dial: DialRecord,
  view: ResourceView,
): Record<string, unknown> {
  const { prices, nowEpochMs } = view;
  const isAnswered = dial.status === 'completed';
  const isPriced = isAnswered && nowEpochMs >= dial.endedAtEpochMs + prices.priceAfterMs;
  return {
    ...callResource(call, view),
    sid: dial.callSid,
    parent_call_sid: call.sid,
    to: dial.to,
    to_formatted: dial.to,
    from: dial.callerId,
    from_formatted: dial.callerId,
    status: dial.status,
    end_time: rfc2822(dial.endedAtEpochMs),
    duration: isAnswered ? String(dial.seconds) : null,
    price: isPriced ? chargeOf(prices.outboundUsdPerMinute, dial.seconds) : null,
    direction: 'outbound-dial',
    uri: `${callUri(call.accountSid, dial.callSid)}.json`,
  };
}
