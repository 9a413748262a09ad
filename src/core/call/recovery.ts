/**
 * What to do with a call whose replica is gone. Pure.
 */
import { isFinal, type Call } from './call.js';
import { isAway } from './transfer.js';

export type Recovery =
  /** Twilio was never asked: it may still be dialled. */
  | 'dial'
  /** Twilio was never asked, and too long ago for the phone to ring now. */
  | 'give-up'
  /** Twilio was asked and its answer is not on record. */
  | 'reconcile'
  /** The conversation died with its process. */
  | 'end'
  /** Twilio knows more, or will tell. */
  | 'watch';

/** Somebody waits for a call to be placed; after some minutes a phone that rings is a surprise. */
const DIAL_WITHIN_MS = 5 * 60_000;

export function recoveryOf(call: Call, now: number): Recovery {
  const { startedAt, createdAt, streamStartedAt } = call.times;
  if (isFinal(call.status) || call.endReason !== null) return 'watch';
  if (call.twilioCallSid === null) {
    if (startedAt !== null) return 'reconcile';
    return now - createdAt <= DIAL_WITHIN_MS ? 'dial' : 'give-up';
  }
  // A line that is with a person needs no process of ours: what Twilio asks next, any replica answers.
  return streamStartedAt === null || isAway(call) ? 'watch' : 'end';
}
