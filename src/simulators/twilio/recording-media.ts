/**
 * The sound of a Twilio recording: which tracks are in it, silence cut from its ends, and the file. WAV is 16-bit PCM at 8000 Hz,
 * which is what the documented 128 kbit/s of one channel come to. It knows no calls and no addresses.
 */
import { decodeMulaw, MULAW_BYTES_PER_MS, MULAW_SILENCE, MULAW_TO_LINEAR } from '../../core/audio/mulaw.js';
import type { LineRecording } from './line-recording.js';
import type { RecordingTrack } from './recording-request.js';

/** Below this, of 32767, a sample counts as silence: about -50 dB. What Twilio's trimming takes for silence is not documented. */
const QUIET = 100;
const HEADER_BYTES = 44;
const RATE_HZ = 8000;
const BYTES_PER_SAMPLE = 2;

/** Only what was to be recorded; the other side falls silent. */
export function onlyTrack({ caller, agent }: LineRecording, track: RecordingTrack): LineRecording {
  const silent = (length: number): Buffer => Buffer.alloc(length, MULAW_SILENCE);
  return {
    caller: track === 'outbound' ? silent(caller.length) : caller,
    agent: track === 'inbound' ? silent(agent.length) : agent,
  };
}

/** Without the silence at both ends; empty when there is nothing else. */
export function trimmed({ caller, agent }: LineRecording): LineRecording {
  const isLoud = (code: number | undefined): boolean =>
    Math.abs(MULAW_TO_LINEAR[code ?? MULAW_SILENCE] ?? 0) >= QUIET;
  const isHeard = (_: number, at: number): boolean => isLoud(caller[at]) || isLoud(agent[at]);
  const first = caller.findIndex(isHeard);
  if (first === -1) return { caller: Buffer.alloc(0), agent: Buffer.alloc(0) };
  const end = caller.findLastIndex(isHeard) + 1;
  return { caller: caller.subarray(first, end), agent: agent.subarray(first, end) };
}

/** Begun seconds counted as whole ones (unverified). */
export function secondsOf({ caller }: LineRecording): number {
  return Math.ceil(caller.length / MULAW_BYTES_PER_MS / 1000);
}

function clipped(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, sample));
}

function header(channels: 1 | 2, soundBytes: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(HEADER_BYTES - 8 + soundBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ * channels * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(channels * BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(soundBytes, 40);
  return head;
}

/** One channel is both sides mixed; of two the first is the caller (which one Twilio puts first on a single leg is not documented). */
export function pcmWav(line: LineRecording, channels: 1 | 2): Buffer {
  const caller = decodeMulaw(line.caller);
  const agent = decodeMulaw(line.agent);
  const sound = Buffer.allocUnsafe(caller.length * channels * BYTES_PER_SAMPLE);
  for (const [at, left] of caller.entries()) {
    const right = agent[at] ?? 0;
    if (channels === 1) {
      sound.writeInt16LE(clipped(left + right), at * BYTES_PER_SAMPLE);
    } else {
      sound.writeInt16LE(left, at * 2 * BYTES_PER_SAMPLE);
      sound.writeInt16LE(right, (at * 2 + 1) * BYTES_PER_SAMPLE);
    }
  }
  return Buffer.concat([header(channels, sound.length), sound]);
}
