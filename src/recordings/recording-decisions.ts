/**
 * What is to become of a recording, decided from what is known of it. Pure; told the time.
 */
import { isFinal, type Call, type CallRecording } from '../core/call/call.js';
import type { CarrierRecording } from '../core/call/carrier-recordings.js';

const DAY_MS = 86_400_000;
/** Whoever makes a recording has told its end within seconds; what nobody told in a day, nobody will. */
const GIVEN_UP_MS = DAY_MS;
/** A recorder writes every second, and waits ten for a line that stalls: a file that rested for so long has no writer. */
const ABANDONED_MS = 30_000;
/** Twilio's callback comes seconds after the call; asking before it costs a request. */
const CALLBACK_LATE_MS = 5 * 60_000;

/** Whether this service is to record the media of the call. After a first stream, a later one goes on with it. */
export function isWanted({ source, status }: CallRecording): boolean {
  return (
    source === 'service' &&
    (status === 'pending' || status === 'recording' || status === 'ready' || status === 'absent')
  );
}

/** A call that ended without an answer, or whose media never came, was not recorded. Twilio tells of its own recordings. */
export function neverBegan({ status, recording, times }: Call): boolean {
  if (!isFinal(status) || recording.status !== 'pending') return false;
  return recording.source === 'service' ? times.streamStartedAt === null : times.answeredAt === null;
}

export type Remedy =
  | 'leave'
  /** The file is here and has no writer any more. */
  | 'repair'
  | 'ask-carrier'
  | 'absent'
  | 'failed';

/**
 * What to do about a recording that was not finished although its call has ended.
 * @param writtenAt when its file was last written; undefined when it is not on this disk.
 */
export function remedyFor(call: Call, writtenAt: number | undefined, now: number): Remedy {
  const { recording, times } = call;
  const sinceMs = now - (times.endedAt ?? now);
  if (neverBegan(call)) return 'absent';
  if (recording.source === 'twilio') return sinceMs < CALLBACK_LATE_MS ? 'leave' : 'ask-carrier';
  if (writtenAt !== undefined) return now - writtenAt < ABANDONED_MS ? 'leave' : 'repair';
  // Another replica may keep it on a disk of its own.
  if (sinceMs < GIVEN_UP_MS) return 'leave';
  return recording.status === 'pending' ? 'absent' : 'failed';
}

/** What Twilio's own account of a recording means, asked for after its callback was due. */
export function afterAsking(
  now: CallRecording,
  told: CarrierRecording | undefined,
  sinceEndMs: number,
): CallRecording | undefined {
  if (!told) return { ...now, status: 'absent' };
  const known = { ...now, twilioRecordingSid: told.sid };
  if (told.status === 'completed')
    return { ...known, status: 'ready', durationSeconds: told.durationSeconds };
  if (told.status === 'absent') return { ...known, status: 'absent' };
  return sinceEndMs < GIVEN_UP_MS ? undefined : { ...known, status: 'failed' };
}

export interface RecordingCallback {
  readonly sid: string;
  readonly status: 'in-progress' | 'completed' | 'absent';
  readonly durationSeconds: number | null;
}

/** What somebody had deleted stays deleted. */
function mayFollow({ source, status }: CallRecording): boolean {
  return source === 'twilio' && status !== 'deleted';
}

/** Callbacks of Twilio repeat themselves, are late and overtake each other: what is known by now is not taken back. */
export function afterCallback(now: CallRecording, told: RecordingCallback): CallRecording | undefined {
  if (!mayFollow(now)) return undefined;
  const isOurs = now.twilioRecordingSid === null || now.twilioRecordingSid === told.sid;
  // A call may be recorded twice; the first that has sound is the one that is offered.
  const mayReplace = now.status === 'absent' || now.status === 'failed';
  if (!isOurs && !(mayReplace && told.status === 'completed')) return undefined;
  const known = { ...now, twilioRecordingSid: told.sid };
  const isOpen = now.status === 'pending' || now.status === 'recording';
  if (told.status === 'completed' && now.status !== 'ready')
    return { ...known, status: 'ready', durationSeconds: told.durationSeconds };
  if (told.status === 'absent' && isOpen) return { ...known, status: 'absent' };
  return told.status === 'in-progress' && now.status === 'pending'
    ? { ...known, status: 'recording' }
    : undefined;
}

/** Recordings of calls made before this moment are to be deleted; undefined when they are kept for ever. */
export function deletedBefore(retentionDays: number, now: number): number | undefined {
  return retentionDays === 0 ? undefined : now - retentionDays * DAY_MS;
}

/** Whether all calls of that day (UTC, `yyyy-mm-dd`) were made before that moment. */
export function isWhollyBefore(day: string, moment: number): boolean {
  return Date.parse(`${day}T00:00:00.000Z`) + DAY_MS <= moment;
}
