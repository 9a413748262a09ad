/**
 * Port: recordings that the telephone company makes and keeps.
 */
import type { CallId } from '../ids.js';

export interface CarrierRecording {
  readonly sid: string;
  /** `working`: recorded or processed at present, nothing to fetch yet. */
  readonly status: 'working' | 'completed' | 'absent';
  /** Whole seconds, once completed. */
  readonly durationSeconds: number | null;
}

/** A recording on its way to us, or the part of it that was asked for. */
export interface CarrierMedia {
  /** Of the whole file; undefined where the carrier does not say. */
  readonly totalBytes: number | undefined;
  /** First and last byte when only a part comes. */
  readonly part: { readonly first: number; readonly last: number } | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the request, read or not, also while a read waits; must be called, and may be called again. */
  leave(): void;
}

/** Every method rejects with CordboardError `carrier-unreachable` or `carrier-refused` when the carrier does not do it. */
export abstract class CarrierRecordings {
  /** Begins to record a live call, both sides in channels of their own. Resolves with the carrier's id of the recording. */
  abstract start(twilioCallSid: string, callId: CallId): Promise<string>;
  /** The first recording of a call. */
  abstract ofCall(twilioCallSid: string): Promise<CarrierRecording | undefined>;
  /**
   * The sound as WAV, in two channels where there are two.
   * @param range header of HTTP to pass on; a carrier may ignore it and send everything.
   * @returns undefined when there is nothing to fetch, or not yet.
   */
  abstract fetch(sid: string, range?: string): Promise<CarrierMedia | undefined>;
  /** Resolves also when it was deleted already. */
  abstract remove(sid: string): Promise<void>;
  /** Every recording of a call, whoever began it; resolves also when there is none. */
  abstract removeOfCall(twilioCallSid: string): Promise<void>;
}
