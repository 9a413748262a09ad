/**
 * The form fields of Twilio's voice webhooks, built from a call. It knows names and formats, not addresses or sending.
 * Source: Twilio docs, TwiML request and Call resource (read November 2026); the legacy duplicates and the empty places are unverified as
 * a full set, and are sent because a service must sign-check whatever comes.
 */
import type { CallStatus, Direction } from './call-record.js';

/** What a leg of a call is to a webhook. */
export interface Leg {
  readonly sid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: Direction;
  readonly parentCallSid?: string;
}

type Fields = Record<string, string>;

/** `Tue, 31 Aug 2010 20:36:28 +0000` */
export function rfc2822(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000');
}

/** Twilio knows the place of some numbers; here only the country of North American ones, the rest is sent empty. */
function place(prefix: string, number: string): Fields {
  return {
    [`${prefix}City`]: '',
    [`${prefix}State`]: '',
    [`${prefix}Zip`]: '',
    [`${prefix}Country`]: number.startsWith('+1') ? 'US' : '',
  };
}

export function voiceParams(leg: Leg, status: CallStatus): Fields {
  return {
    CallSid: leg.sid,
    AccountSid: leg.accountSid,
    From: leg.from,
    To: leg.to,
    Caller: leg.from,
    Called: leg.to,
    CallStatus: status,
    ApiVersion: '2010-04-01',
    Direction: leg.direction,
    ...place('From', leg.from),
    ...place('Caller', leg.from),
    ...place('To', leg.to),
    ...place('Called', leg.to),
    ...(leg.parentCallSid === undefined ? {} : { ParentCallSid: leg.parentCallSid }),
  };
}

export interface Progress {
  readonly status: CallStatus;
  readonly sequence: number;
  readonly nowEpochMs: number;
  /** Seconds of conversation, for a final status. */
  readonly talkedSeconds: number | undefined;
  readonly sipCode: number | undefined;
}

export function statusParams(leg: Leg, progress: Progress): Fields {
  const { talkedSeconds, sipCode } = progress;
  const isCompleted = progress.status === 'completed' && talkedSeconds !== undefined;
  return {
    ...voiceParams(leg, progress.status),
    SequenceNumber: String(progress.sequence),
    Timestamp: rfc2822(progress.nowEpochMs),
    CallbackSource: 'call-progress-events',
    ...(isCompleted
      ? { CallDuration: String(talkedSeconds), Duration: String(Math.max(1, Math.ceil(talkedSeconds / 60))) }
      : {}),
    ...(sipCode === undefined ? {} : { SipResponseCode: String(sipCode) }),
  };
}

const SIP_CODES: Partial<Record<CallStatus, number>> = {
  completed: 200,
  busy: 486,
  'no-answer': 487,
  canceled: 487,
  failed: 404,
};

/** The last SIP code that goes with a final status; 404 and 487 are documented, the others are what SIP says. */
export function sipCodeOf(status: CallStatus): number | undefined {
  return SIP_CODES[status];
}
