/** The sound of a recording, without a call: the stretch of the line, its tracks, the silence at its ends, the file. */
import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from '../../../src/core/audio/mulaw.js';
import { readWav } from '../../../src/simulators/sound/wav.js';
import type { StreamRecord } from '../../../src/simulators/twilio/call-record.js';
import { renderRecording } from '../../../src/simulators/twilio/line-recording.js';
import { onlyTrack, pcmWav, secondsOf, trimmed } from '../../../src/simulators/twilio/recording-media.js';

/** A stream that began at 1000 ms: 20 ms of rising codes from the caller, then 10 ms of the agent at 15 ms. */
const STREAM: StreamRecord = {
  streamSid: 'MZ1',
  url: '',
  customParameters: {},
  lineZeroMs: 1000,
  sentFrames: [
    { payload: Buffer.from(Array.from({ length: 160 }, (_, at) => at)), atMs: 1020, timestampMs: 0 },
  ],
  received: [],
  cleared: [],
  marks: [],
  played: [{ atByte: 120, payload: Buffer.alloc(80, 0x12), playedBytes: 80 }],
};

function line(caller: readonly number[], agent: readonly number[]): { caller: Buffer; agent: Buffer } {
  return { caller: Buffer.from(caller), agent: Buffer.from(agent) };
}

describe('the stretch of a line that is recorded', () => {
  it('begins in the middle of a sound and ends in the middle of another', () => {
    const { caller, agent } = renderRecording([STREAM], { fromMs: 1010, toMs: 1020 });
    expect([caller.length, agent.length]).toEqual([80, 80]);
    expect([...caller]).toEqual(Array.from({ length: 80 }, (_, at) => at + 80));
    expect([...agent]).toEqual([...Array(40).fill(MULAW_SILENCE), ...Array(40).fill(0x12)]);
  });

  it('is silent before the stream and after it', () => {
    const { caller } = renderRecording([STREAM], { fromMs: 990, toMs: 1030 });
    expect([caller.length, caller[79], caller[80], caller[239], caller[240]]).toEqual([
      320,
      MULAW_SILENCE,
      0,
      159,
      MULAW_SILENCE,
    ]);
    const later = renderRecording([STREAM], { fromMs: 2000, toMs: 2001 });
    expect([...later.caller, ...later.agent]).toEqual(Array(16).fill(MULAW_SILENCE));
  });

  it('is all there is when no stretch is given', () => {
    const { caller, agent } = renderRecording([STREAM]);
    expect([caller.length, agent[120], agent[199]]).toEqual([200, 0x12, 0x12]);
  });
});

describe('the sound of a recording', () => {
  const QUIET = encodeMulaw(Int16Array.of(60))[0] ?? 0;

  it('loses the silence and the quiet at its ends, as long as both sides are silent', () => {
    const whole = line([QUIET, 255, 0x12, 255, 255, 255], [255, 255, 255, QUIET, 0x34, 127]);
    expect(trimmed(whole)).toEqual(line([0x12, 255, 255], [255, QUIET, 0x34]));
    expect(trimmed(line([255, QUIET], [127, 255]))).toEqual(line([], []));
  });

  it('is that of one side only when one track is asked for', () => {
    const whole = line([1, 2], [3, 4]);
    expect(onlyTrack(whole, 'inbound')).toEqual(line([1, 2], [255, 255]));
    expect(onlyTrack(whole, 'outbound')).toEqual(line([255, 255], [3, 4]));
    expect(onlyTrack(whole, 'both')).toEqual(whole);
  });

  it('counts begun seconds', () => {
    const seconds = (samples: number): number =>
      secondsOf({ caller: Buffer.alloc(samples), agent: Buffer.alloc(samples) });
    expect([0, 1, 8000, 8001].map(seconds)).toEqual([0, 1, 1, 2]);
  });

  it('is 16-bit PCM: two channels apart, or one with both added and clipped', () => {
    const whole = line([0x12, 0x00, 0x80], [0x34, 0x00, 0x80]);
    const [caller, agent] = [decodeMulaw(whole.caller), decodeMulaw(whole.agent)];
    const file = pcmWav(whole, 2);
    expect([file.readUInt32LE(4), file.readUInt32LE(28), file.readUInt32LE(40)]).toEqual([48, 32_000, 12]);
    expect(readWav(file)).toMatchObject({ sampleRateHz: 8000, channels: [caller, agent] });
    const [mixed] = readWav(pcmWav(whole, 1)).channels;
    expect([...(mixed ?? [])]).toEqual([(caller[0] ?? 0) + (agent[0] ?? 0), -32_768, 32_767]);
  });
});
