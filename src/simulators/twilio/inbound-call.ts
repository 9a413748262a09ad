/**
 * A call that Twilio brings to the service: somebody dialled its number, or placed a call that points to it. Describes it and turns it
 * into what the switchboard takes; it places nothing.
 */
import type { Direction } from './call-record.js';
import type { CallRequest } from './call-request.js';
import type { CallerScript, StatusEvent } from './caller-script.js';

export interface InboundCall {
  /** Asked for the document. */
  readonly voiceUrl: string;
  readonly voiceMethod?: 'GET' | 'POST';
  readonly from: string;
  readonly to: string;
  readonly script: CallerScript;
  readonly fallbackUrl?: string;
  readonly statusCallback?: string;
  /** Default: only `completed`, which is all that Twilio tells about incoming calls. */
  readonly statusCallbackEvents?: readonly StatusEvent[];
  /** `outbound-api` for a call that somebody else placed with this address as its `Url`. Default `inbound`. */
  readonly direction?: Extract<Direction, 'inbound' | 'outbound-api'>;
}

export function requestOf(call: InboundCall): CallRequest {
  return {
    to: call.to,
    from: call.from,
    voice: { url: call.voiceUrl, method: call.voiceMethod ?? 'POST' },
    twiml: undefined,
    fallback: call.fallbackUrl === undefined ? undefined : { url: call.fallbackUrl, method: 'POST' },
    statusCallback:
      call.statusCallback === undefined ? undefined : { url: call.statusCallback, method: 'POST' },
    statusEvents: new Set(call.statusCallbackEvents ?? ['completed']),
    ringSeconds: 60,
    limitSeconds: undefined,
    sendDigits: undefined,
    machineDetection: undefined,
    recording: undefined,
  };
}
