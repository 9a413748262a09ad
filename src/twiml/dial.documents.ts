/**
 * The TwiML that joins a line with a person: the dial itself, and what the person hears before both are joined. Every dial has an
 * `action`, a ring timeout and a time limit, so no line is left to itself.
 */
import twilio from 'twilio';
import type { SpokenWords } from '../core/speech/own-words.js';
import { voiceFor } from './twiml.documents.js';

const { VoiceResponse } = twilio.twiml;

/** How long the person may think before the call counts as declined. */
const DECISION_SECONDS = 10;

export interface PersonDial {
  /** E.164. */
  readonly to: string;
  /** What the person sees: a number of the account, or one of the two of this call. */
  readonly callerId: string;
  /** Seconds of ringing. */
  readonly ringSeconds: number;
  /** Seconds after which both are hung up. */
  readonly limitSeconds: number;
  /** Asked when the dial is over, however it went. */
  readonly actionUrl: string;
  /** Asked when the person has picked up, for what only the person hears. */
  readonly whisperUrl?: string | undefined;
  /** Told when the person has picked up. */
  readonly statusUrl?: string | undefined;
  /** Spoken to the caller before it rings. */
  readonly message?: SpokenWords | undefined;
}

/**
 * With `answerOnBridge` the caller hears it ring until both are joined, the whisper included (reference twilio.md 4.3; that the
 * ringing lasts through the whisper is unverified: without it there is silence there).
 */
export function dialPerson(dial: PersonDial): string {
  const response = new VoiceResponse();
  const { message, whisperUrl, statusUrl } = dial;
  if (message) response.say(voiceFor(message), message.text);
  const verb = response.dial({
    action: dial.actionUrl,
    method: 'POST',
    callerId: dial.callerId,
    timeout: dial.ringSeconds,
    timeLimit: dial.limitSeconds,
    answerOnBridge: true,
  });
  verb.number(
    {
      ...(whisperUrl === undefined ? {} : { url: whisperUrl, method: 'POST' }),
      ...(statusUrl === undefined
        ? {}
        : {
            statusCallback: statusUrl,
            statusCallbackMethod: 'POST',
            // One text with spaces, as the documentation writes it; the SDK joins a list the same way.
            statusCallbackEvent: ['answered'],
          }),
    },
    dial.to,
  );
  return response.toString();
}

/** What the person hears alone, and the key that accepts. No key within the time: hung up, which declines. */
export function askPerson(words: string, acceptUrl: string): string {
  const response = new VoiceResponse();
  const gather = response.gather({
    numDigits: 1,
    timeout: DECISION_SECONDS,
    action: acceptUrl,
    method: 'POST',
    // Without it, no key would be no request either, and the next verb would be run: it hangs up.
    actionOnEmptyResult: false,
  });
  gather.say(words);
  response.hangup();
  return response.toString();
}

/** What only the person hears, without a question. An empty document joins at once. */
export function tellPerson(words: string): string {
  const response = new VoiceResponse();
  if (words !== '') response.say(words);
  return response.toString();
}
