/**
 * The Recordings resource of Twilio's REST API: from an authorised request to an answer, the sound included. Calls are another part's;
 * pausing and stopping a recording is not simulated.
 */
import type { CallRecording } from './call-recording.js';
import { Form } from './form.js';
import type { Prices } from './prices.js';
import { readRecordingRequest } from './recording-request.js';
import { callRecordingResource, recordingResource, type RecordingView } from './recording-resource.js';
import { RestError } from './rest-error.js';
import type { RestAnswer, RestRequest } from './rest-message.js';
import { pageOf } from './rest-paging.js';
import type { RestRoute } from './rest-routes.js';
import type { Switchboard } from './switchboard.js';

export interface RecordingApiOptions {
  readonly switchboard: Switchboard;
  readonly prices: Prices;
  readonly now: () => number;
  readonly apiUrl: () => string;
  /** Whether a part of a sound may be asked for. */
  readonly mediaTakesRanges: boolean;
}

/** What a list may be asked for; other filters would be lies if they were ignored. */
const LIST_PARAMETERS = ['CallSid', 'PageSize', 'Page', 'PageToken', 'IncludeSoftDeleted'];

export class RecordingApi {
  constructor(private readonly options: RecordingApiOptions) {}

  /** @throws RestError */
  perform(route: RestRoute, request: RestRequest): RestAnswer {
    const isUnderCall = route.callSid !== undefined;
    if (isUnderCall && !this.options.switchboard.find(route.callSid)) {
      throw new RestError(20404, `there is no call ${route.callSid}`);
    }
    switch (route.action) {
      case 'create-recording': {
        return this.create(route.callSid ?? '', request);
      }
      case 'list-recordings': {
        return this.list(route, request);
      }
      case 'delete-recording': {
        return this.delete(this.find(route, false));
      }
      case 'fetch-media': {
        return this.media(this.find(route, false), route.ending, request.query);
      }
      default: {
        const withDeleted = request.query.get('IncludeSoftDeleted') === 'true';
        return { status: 200, body: this.render(this.find(route, withDeleted), isUnderCall) };
      }
    }
  }

  private create(callSid: string, { body }: RestRequest): RestAnswer {
    const asked = readRecordingRequest(Form.parse(body), 'do-not-trim');
    const recording = this.options.switchboard.record(callSid, asked);
    return { status: 201, body: callRecordingResource(recording, { ...this.view(), isFresh: true }) };
  }

  private list({ callSid }: RestRoute, { path, query }: RestRequest): RestAnswer {
    const unknown = [...query.keys()].find((name) => !LIST_PARAMETERS.includes(name));
    if (unknown !== undefined) throw new RestError(20001, `the filter ${unknown} is not simulated`);
    const ofCall = callSid ?? query.get('CallSid');
    const withDeleted = query.get('IncludeSoftDeleted') === 'true';
    const found = this.options.switchboard.recordings.filter(
      (one) => (ofCall === null || one.callSid === ofCall) && (withDeleted || one.status !== 'deleted'),
    );
    const { items, frame } = pageOf(found.toReversed(), path, query);
    const isUnderCall = callSid !== undefined;
    return { status: 200, body: { ...frame, recordings: items.map((one) => this.render(one, isUnderCall)) } };
  }

  private delete(recording: CallRecording): RestAnswer {
    // Only completed ones can be deleted (documented); code and status of the refusal are guesses.
    if (recording.status !== 'completed') {
      throw new RestError(20409, `the recording is ${recording.status}; only a completed one can be deleted`);
    }
    recording.delete();
    return { status: 204, body: undefined };
  }

  private media(recording: CallRecording, ending: string, query: URLSearchParams): RestAnswer {
    if (ending !== '' && ending !== '.wav') {
      throw new RestError(20404, `sound as ${ending} is not simulated; ask for .wav`);
    }
    if (recording.status !== 'completed') {
      throw new RestError(20404, `the recording is ${recording.status} and has no sound to fetch`);
    }
    const asked = query.get('RequestedChannels') ?? String(recording.channels);
    if (asked !== '1' && (asked !== '2' || recording.channels === 1)) {
      throw new RestError(
        20001,
        `RequestedChannels=${asked} is not available; the recording has ${recording.channels}`,
      );
    }
    const takesRanges = this.options.mediaTakesRanges;
    return { status: 200, body: recording.wav(asked === '2' ? 2 : 1), type: 'audio/x-wav', takesRanges };
  }

  private find({ recordingSid, callSid }: RestRoute, withDeleted: boolean): CallRecording {
    const found = this.options.switchboard.recordings.find(({ sid }) => sid === recordingSid);
    const isOfCall = callSid === undefined || found?.callSid === callSid;
    if (!found || !isOfCall || (found.status === 'deleted' && !withDeleted)) {
      throw new RestError(20404, `there is no recording ${recordingSid}`);
    }
    return found;
  }

  private view(): RecordingView {
    return { prices: this.options.prices, nowEpochMs: this.options.now() };
  }

  private render(recording: CallRecording, isUnderCall: boolean): object {
    const view = this.view();
    return isUnderCall
      ? callRecordingResource(recording, view)
      : recordingResource(recording, view, this.options.apiUrl());
  }
}
