/**
 * The line of a call as a recorder would have kept it: two mu-law tracks of equal length on one time axis, silence where
 * nobody spoke, cleared audio absent. It builds sound from records; it records nothing itself.
 */
import type { StreamRecord } from './call-record.js';
import { BYTES_PER_MS } from './playout.js';
import { SILENCE_BYTE } from './simulated-caller.js';

export interface LineRecording {
  /** Mu-law, 8000 Hz. */
  readonly caller: Buffer;
  /** Mu-law, 8000 Hz: the agent as the caller heard it. */
  readonly agent: Buffer;
}

interface Piece {
  readonly atByte: number;
  readonly sound: Buffer;
}

/** What lies outside of the track is left out. */
function render(pieces: readonly Piece[], lengthBytes: number): Buffer {
  const track = Buffer.alloc(lengthBytes, SILENCE_BYTE);
  for (const { atByte, sound } of pieces) {
    const cutBytes = Math.max(0, -atByte);
    if (cutBytes < sound.length) sound.copy(track, Math.max(0, atByte), cutBytes);
  }
  return track;
}

/** A stretch of time, in ms of `performance.now()`. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * @param streams the streams of one call, the earliest first
 * @param stretch what to keep of the line; without it, from the beginning of the first stream to the last sound
 */
export function renderRecording(streams: readonly StreamRecord[], stretch?: Stretch): LineRecording {
  const begun = streams.filter((stream) => stream.lineZeroMs > 0);
  const zeroMs = stretch?.fromMs ?? begun.at(0)?.lineZeroMs ?? 0;
  const caller: Piece[] = [];
  const agent: Piece[] = [];
  for (const stream of begun) {
    const offset = Math.round((stream.lineZeroMs - zeroMs) * BYTES_PER_MS);
    for (const { timestampMs, payload } of stream.sentFrames) {
      caller.push({ atByte: offset + timestampMs * BYTES_PER_MS, sound: payload });
    }
    for (const { atByte, payload, playedBytes } of stream.played) {
      agent.push({ atByte: offset + atByte, sound: payload.subarray(0, playedBytes) });
    }
  }
  let lengthBytes = 0;
  if (stretch) lengthBytes = Math.max(0, Math.round((stretch.toMs - stretch.fromMs) * BYTES_PER_MS));
  else {
    for (const { atByte, sound } of [...caller, ...agent])
      lengthBytes = Math.max(lengthBytes, atByte + sound.length);
  }
  return { caller: render(caller, lengthBytes), agent: render(agent, lengthBytes) };
}

const FORMAT_MULAW = 7;

/** The recording as a stereo WAV file (mu-law, caller left, agent right). */
export function recordingAsWav({ caller, agent }: LineRecording): Buffer {
  const header = Buffer.alloc(46);
  const soundBytes = caller.length * 2;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(38 + soundBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(FORMAT_MULAW, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(8, 34);
  header.writeUInt16LE(0, 36);
  header.write('data', 38, 'latin1');
  header.writeUInt32LE(soundBytes, 42);
  const sound = Buffer.allocUnsafe(soundBytes);
  for (const [index, left] of caller.entries()) {
    sound[index * 2] = left;
    sound[index * 2 + 1] = agent[index] ?? SILENCE_BYTE;
  }
  return Buffer.concat([header, sound]);
}
