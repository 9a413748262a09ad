/**
 * A recording as the REST API shows it, in its two forms: under its call and on its own. Source: the OpenAPI document of 2026-04-14,
 * where the price is a number in the first and a text in the second. It reads a recording; it changes nothing.
 */
import type { CallRecording } from './call-recording.js';
import { callUri } from './call-resource.js';
import { chargeOf, type Prices } from './prices.js';
import { rfc2822 } from './webhook-params.js';

type Recorded = Pick<CallRecording, 'accountSid' | 'sid'>;

/** Path of the sound, without the ending that chooses its format. */
export function mediaUri({ accountSid, sid }: Recorded): string {
  return `/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
}

/** Null until some time after it was completed. */
function priceOf(recording: CallRecording, prices: Prices, nowEpochMs: number): string | null {
  const { completedAtEpochMs } = recording;
  if (completedAtEpochMs === undefined || nowEpochMs < completedAtEpochMs + prices.priceAfterMs) return null;
  return chargeOf(prices.recordingUsdPerMinute, recording.seconds ?? 0);
}

export interface RecordingView {
  readonly prices: Prices;
  /** Milliseconds since the Unix epoch. */
  readonly nowEpochMs: number;
  /** True for the answer to its start; a later look shows `processing` until it is completed (documented). */
  readonly isFresh?: boolean;
}

function sharedFields(recording: CallRecording, view: RecordingView): Record<string, unknown> {
  const { status, seconds } = recording;
  const isOver = status === 'completed' || status === 'deleted';
  return {
    account_sid: recording.accountSid,
    api_version: '2010-04-01',
    call_sid: recording.callSid,
    conference_sid: null,
    date_created: rfc2822(recording.startedAtEpochMs),
    date_updated: rfc2822(recording.updatedAtEpochMs),
    start_time: rfc2822(recording.startedAtEpochMs),
    duration: isOver && seconds !== undefined ? String(seconds) : null,
    sid: recording.sid,
    price_unit: priceOf(recording, view.prices, view.nowEpochMs) === null ? null : view.prices.priceUnit,
    status: status === 'in-progress' && !view.isFresh ? 'processing' : status,
    channels: recording.channels,
    source: recording.source,
    // The codes of absent recordings are not in the reference.
    error_code: null,
    encryption_details: null,
  };
}

/** As a part of its call. */
export function callRecordingResource(recording: CallRecording, view: RecordingView): object {
  const price = priceOf(recording, view.prices, view.nowEpochMs);
  return {
    ...sharedFields(recording, view),
    price: price === null ? null : Number(price),
    track: recording.request.track,
    uri: `${callUri(recording.accountSid, recording.callSid)}/Recordings/${recording.sid}.json`,
  };
}

/** On its own. @param apiUrl base address of the REST API */
export function recordingResource(recording: CallRecording, view: RecordingView, apiUrl: string): object {
  const uri = mediaUri(recording);
  return {
    ...sharedFields(recording, view),
    price: priceOf(recording, view.prices, view.nowEpochMs),
    uri: `${uri}.json`,
    subresource_uris: {
      add_on_results: `${uri}/AddOnResults.json`,
      transcriptions: `${uri}/Transcriptions.json`,
    },
    media_url: `${apiUrl}${uri}`,
  };
}
