/**
 * What a call was asked to be, checked as Twilio checks it: the parameters of the creating POST as one typed value. It reads
 * a form and refuses; it starts nothing. Codes: Twilio's error dictionary; which HTTP status belongs to a code is unverified.
 */
import { readTarget, type Target } from './request-target.js';
import type { StatusEvent } from './caller-script.js';
import type { Form } from './form.js';
import { readRecord, type RecordingRequest } from './recording-request.js';
import { RestError } from './rest-error.js';

export interface MachineDetection {
  readonly isAsync: boolean;
  readonly callback: Target | undefined;
}

export interface CallRequest {
  readonly to: string;
  readonly from: string;
  readonly voice: Target | undefined;
  readonly twiml: string | undefined;
  readonly fallback: Target | undefined;
  readonly statusCallback: Target | undefined;
  readonly statusEvents: ReadonlySet<StatusEvent>;
  /** How long it rings. */
  readonly ringSeconds: number;
  readonly limitSeconds: number | undefined;
  readonly sendDigits: string | undefined;
  readonly machineDetection: MachineDetection | undefined;
  /** Recorded from the answer on. */
  readonly recording: RecordingRequest | undefined;
}

const STATUS_EVENTS: readonly StatusEvent[] = ['initiated', 'ringing', 'answered', 'completed'];
const E164 = /^\+[1-9]\d{6,14}$/;
const SIP_OR_CLIENT = /^(?:sips?:|client:).+/;
const LONGEST_TWIML = 4000;

/** Numbers that stand for a refusal, as with Twilio's test credentials (partly unverified). */
const REFUSED_DESTINATIONS: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
};
const REFUSED_CALLER = '+15005550001';

export function readTwimlText(form: Form): string | undefined {
  const twiml = form.text('Twiml');
  if (twiml !== undefined && twiml.length > LONGEST_TWIML) {
    throw new RestError(20001, `Twiml has ${twiml.length} characters; ${LONGEST_TWIML} are allowed`);
  }
  return twiml;
}

/** @param code of the refusal when the text is not a whole number within the range */
export function readSeconds(form: Form, name: string, most: number, code: number): number | undefined {
  const text = form.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RestError(code, `${name} is not a whole number from 1 to ${most}: ${text}`);
  }
  return value;
}

function readParties(form: Form, ownNumbers: readonly string[] | undefined): { to: string; from: string } {
  const to = form.text('To');
  const from = form.text('From');
  if (to === undefined) throw new RestError(21201, 'To is missing');
  if (from === undefined) throw new RestError(21213, 'From is missing');
  const isFromGood = E164.test(from) || (SIP_OR_CLIENT.test(from) && !E164.test(to));
  if (!isFromGood || from === REFUSED_CALLER) throw new RestError(21212, `From is not valid: ${from}`);
  if (ownNumbers && !ownNumbers.includes(from)) {
    throw new RestError(21210, `From is not a number of this account: ${from}`);
  }
  if (!E164.test(to) && !SIP_OR_CLIENT.test(to)) throw new RestError(21211, `To is not valid: ${to}`);
  if (to === from) throw new RestError(21211, `To equals From: ${to}`);
  const refusal = REFUSED_DESTINATIONS[to];
  if (refusal !== undefined) throw new RestError(refusal, `To cannot be called: ${to}`);
  return { to, from };
}

function readEvents(form: Form): ReadonlySet<StatusEvent> {
  const asked = form.all('StatusCallbackEvent').filter((event) => event !== '');
  const events = STATUS_EVENTS.filter((event) => asked.includes(event));
  // What Twilio makes of unknown events is unverified; they are left out here, like the default when none is known.
  return new Set(events.length === 0 ? ['completed'] : events);
}

function readDigits(form: Form): string | undefined {
  const digits = form.text('SendDigits');
  if (digits !== undefined && !/^[\dA-D#*wW]{1,32}$/.test(digits)) {
    throw new RestError(21206, `SendDigits is not valid: ${digits}`);
  }
  return digits;
}

function readDetection(form: Form): MachineDetection | undefined {
  const mode = form.text('MachineDetection');
  if (mode === undefined) return undefined;
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') {
    throw new RestError(21234, `MachineDetection is not valid: ${mode}`);
  }
  return {
    isAsync: form.text('AsyncAmd') === 'true',
    callback: readTarget(form, 'AsyncAmdStatusCallback', 'AsyncAmdStatusCallbackMethod'),
  };
}

/**
 * @param ownNumbers the account's numbers, when From is to be checked against them
 * @throws RestError as Twilio would refuse the creation
 */
export function readCallRequest(form: Form, ownNumbers?: readonly string[]): CallRequest {
  const parties = readParties(form, ownNumbers);
  if (form.text('ApplicationSid') !== undefined) throw new RestError(21218, 'there is no such application');
  const voice = readTarget(form, 'Url', 'Method');
  const twiml = readTwimlText(form);
  if (voice === undefined && twiml === undefined) throw new RestError(21205, 'Url or Twiml is needed');
  const sendDigits = readDigits(form);
  return {
    ...parties,
    voice,
    // Url wins over Twiml.
    twiml: voice === undefined ? twiml : undefined,
    fallback: readTarget(form, 'FallbackUrl', 'FallbackMethod'),
    statusCallback: readTarget(form, 'StatusCallback', 'StatusCallbackMethod'),
    statusEvents: readEvents(form),
    ringSeconds: readSeconds(form, 'Timeout', 600, 21208) ?? 60,
    limitSeconds: readSeconds(form, 'TimeLimit', 86_400, 20001),
    sendDigits,
    // SendDigits switches detection off.
    machineDetection: sendDigits === undefined ? readDetection(form) : undefined,
    recording: readRecord(form),
  };
}
