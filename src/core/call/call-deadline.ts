/**
 * By when something must have happened to a call, and what to do when it has not. Pure: this is what makes "every call ends"
 * true although webhooks are lost, streams never come and carriers fall silent.
 */
import { isFinal, type Call } from './call.js';

export type Remedy =
  /** The line was answered and no stream came. */
  | 'give-up-on-stream'
  /** The longest allowed time is over. */
  | 'end-for-length'
  /** Ask the carrier what became of the call. */
  | 'ask-carrier';

export interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly remedy: Remedy;
}

/** Twilio may add five seconds to the ring timeout and delivers callbacks late; asking too early costs one request. */
const RING_SLACK_MS = 30_000;
/** TwiML was fetched and the socket was not opened: Twilio tries for a few seconds only. */
const STREAM_WAIT_MS = 20_000;
/** From the end to the carrier's last callback, which a number without a status callback never sends. */
const ENDING_MS = 4000;
/** The same when the line still has an apology to play. */
const APOLOGY_MS = 30_000;

/** @param decidedAt when the end was decided, if it was. */
export function deadlineOf(call: Call, decidedAt: number | undefined): Deadline | undefined {
  if (isFinal(call.status)) return undefined;
  if (decidedAt !== undefined) {
    const speaks = call.endReason === 'agent-failed' || call.endReason === 'stream-failed';
    return { at: decidedAt + (speaks ? APOLOGY_MS : ENDING_MS), remedy: 'ask-carrier' };
  }
  const { answeredAt, streamStartedAt, startedAt } = call.times;
  if (answeredAt === null) {
    // A call that waits for its turn to be dialled has no deadline: the dialer holds it.
    if (startedAt === null) return undefined;
    return { at: startedAt + call.ringTimeoutSeconds * 1000 + RING_SLACK_MS, remedy: 'ask-carrier' };
  }
  if (streamStartedAt === null) return { at: answeredAt + STREAM_WAIT_MS, remedy: 'give-up-on-stream' };
  return { at: answeredAt + call.maxDurationSeconds * 1000, remedy: 'end-for-length' };
}
