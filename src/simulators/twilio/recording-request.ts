/**
 * What a recording was asked to be: the parameters of `Record=true` and of POST …/Recordings.json as one typed value, checked. It
 * records nothing. Names and defaults: Twilio's OpenAPI document of 2026-04-14; the code of a refusal (20001) is a guess.
 */
import { readTarget, type Target } from './request-target.js';
import type { RecordingEvent } from './caller-script.js';
import type { Form } from './form.js';
import { RestError } from './rest-error.js';

const EVENTS = ['in-progress', 'completed', 'absent'] as const satisfies readonly RecordingEvent[];
const TRACKS = ['both', 'inbound', 'outbound'] as const;
const TRIMS = ['trim-silence', 'do-not-trim'] as const;
const CHANNELS = ['mono', 'dual'] as const;

export type RecordingTrack = (typeof TRACKS)[number];
export type Trim = (typeof TRIMS)[number];

export interface RecordingRequest {
  readonly isDual: boolean;
  /** `inbound` is what Twilio receives from the far end, `outbound` what it generates. */
  readonly track: RecordingTrack;
  readonly trim: Trim;
  readonly callback: Target | undefined;
  readonly events: ReadonlySet<RecordingEvent>;
}

function word<Word extends string>(form: Form, name: string, words: readonly Word[], otherwise: Word): Word {
  const text = form.text(name);
  if (text === undefined) return otherwise;
  const found = words.find((one) => one === text);
  if (found === undefined) throw new RestError(20001, `${name} is not one of ${words.join(', ')}: ${text}`);
  return found;
}

/** One text with spaces between its events (documented), unlike StatusCallbackEvent; of repeated parameters the last one counts (a guess). */
function readEvents(form: Form): ReadonlySet<RecordingEvent> {
  const asked = (form.text('RecordingStatusCallbackEvent') ?? '').split(/\s+/);
  const events = EVENTS.filter((event) => asked.includes(event));
  return new Set<RecordingEvent>(events.length === 0 ? ['completed'] : events);
}

/**
 * @param trim what holds when the form does not say: it differs between the two ways to record
 * @throws RestError that names the parameter
 */
export function readRecordingRequest(form: Form, trim: Trim): RecordingRequest {
  return {
    isDual: word(form, 'RecordingChannels', CHANNELS, 'mono') === 'dual',
    track: word(form, 'RecordingTrack', TRACKS, 'both'),
    trim: word(form, 'Trim', TRIMS, trim),
    callback: readTarget(form, 'RecordingStatusCallback', 'RecordingStatusCallbackMethod'),
    events: readEvents(form),
  };
}

/** Undefined without `Record=true`; its parameters are checked all the same. @throws RestError */
export function readRecord(form: Form): RecordingRequest | undefined {
  const request = readRecordingRequest(form, 'trim-silence');
  const record = word(form, 'Record', ['true', 'false'], 'false');
  return record === 'true' ? request : undefined;
}
