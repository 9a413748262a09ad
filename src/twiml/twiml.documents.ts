/**
 * The TwiML that this service answers with. Every document ends the line explicitly: a document that just ends leaves that to
 * chance, and one with a pause leaves people in silence.
 */
import twilio from 'twilio';
import type { VariableValue } from '../core/call/call.js';
import type { SpokenWords, VoiceLanguage } from '../core/speech/own-words.js';

const { VoiceResponse } = twilio.twiml;

/** Twilio takes parameters whose name and value together have fewer than 500 characters. */
const MAX_PARAMETER_CHARS = 499;
/** Twilio reads at most 64 kB of TwiML; one character may be escaped to six, or take up to four bytes. */
const MAX_PARAMETERS_BYTES = 48_000;

export interface StreamAnswer {
  readonly streamUrl: string;
  readonly actionUrl: string;
  readonly statusUrl: string;
  readonly variables: Readonly<Record<string, VariableValue>>;
}

/** Connects the line to the media socket. What is too long for a parameter reaches the agent from the call's record. */
export function connectStream({ streamUrl, actionUrl, statusUrl, variables }: StreamAnswer): string {
  const response = new VoiceResponse();
  const connect = response.connect({ action: actionUrl, method: 'POST' });
  const stream = connect.stream({ url: streamUrl, statusCallback: statusUrl, statusCallbackMethod: 'POST' });
  let bytes = 0;
  for (const [name, value] of Object.entries(variables)) {
    const text = String(value);
    // TwiML can be read in Twilio's console; secrets stay between us and the agent.
    if (name.startsWith('secret__') || name.length + text.length > MAX_PARAMETER_CHARS) continue;
    bytes += name.length + Buffer.byteLength(text.replaceAll(/[&<>"]/g, '&quot;'));
    if (bytes > MAX_PARAMETERS_BYTES) break;
    stream.parameter({ name, value: text });
  }
  response.hangup();
  return response.toString();
}

export function hangUp(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** Asks another address of ours for the document. */
export function redirectTo(url: string): string {
  const response = new VoiceResponse();
  response.redirect({ method: 'POST' }, url);
  return response.toString();
}

/** @param words Empty: the line is hung up without a word. */
export function apologise(words: SpokenWords): string {
  const response = new VoiceResponse();
  if (words.text !== '') response.say(voiceFor(words), words.text);
  response.hangup();
  return response.toString();
}

/** The attributes of a `<Say>`. */
export function voiceFor({ language }: SpokenWords): { readonly language?: VoiceLanguage } {
  return language === undefined ? {} : { language };
}

/** Refuses an incoming call without answering it, so that nobody pays for it. */
export function rejectBusy(): string {
  const response = new VoiceResponse();
  response.reject({ reason: 'busy' });
  return response.toString();
}
