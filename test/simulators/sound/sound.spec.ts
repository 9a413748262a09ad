/** WAV files, and the clips of the recorded caller. */
import { readFile } from 'node:fs/promises';
import { decodeMulaw } from '../../../src/core/audio/mulaw.js';
import { callerClip, CALLER_CLIPS, clipText } from '../../../src/simulators/sound/clips.js';
import { monoMulawWav, readWav, stereoMulawWav } from '../../../src/simulators/sound/wav.js';

interface PcmWav {
  readonly tag?: number;
  readonly bits?: number;
  readonly channels?: number;
  readonly samples?: readonly number[];
}

/** With an odd LIST chunk between format and samples, as some programs write. */
function pcmWav({ tag = 1, bits = 16, channels = 1, samples = [] }: PcmWav): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(16_000, 4);
  format.writeUInt16LE(bits, 14);
  const chunk = (name: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), length, body, Buffer.alloc(body.length % 2)]);
  };
  const body = Buffer.from(Int16Array.from(samples).buffer);
  return Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVE'),
    chunk('fmt ', format),
    chunk('LIST', Buffer.from('abc')),
    chunk('data', body),
  ]);
}

describe('a WAV file', () => {
  it('has the header of format 7, byte for byte', () => {
    const file = stereoMulawWav(Uint8Array.of(1, 2), Uint8Array.of(3));
    expect(file.toString('hex')).toBe(
      '52494646' +
        '36000000' +
        '57415645' + // RIFF, 54 bytes follow, WAVE
        '666d7420' +
        '12000000' +
        '0700' +
        '0200' +
        '401f0000' +
        '803e0000' +
        '0200' +
        '0800' +
        '0000' + // fmt
        '66616374' +
        '04000000' +
        '02000000' + // fact: two frames
        '64617461' +
        '04000000' +
        '01' +
        '03' +
        '02' +
        'ff', // data: left, right, left, silence
    );
  });

  it('gives back the very bytes of each channel', () => {
    const left = Buffer.from([0x00, 0x7f, 0xff, 0x80]);
    const right = Buffer.from([0x11, 0x22, 0x33, 0x44]);
    const { mulaw, sampleRateHz, channels } = readWav(stereoMulawWav(left, right));
    expect(mulaw).toEqual([left, right]);
    expect(sampleRateHz).toBe(8000);
    expect(channels[0]).toEqual(decodeMulaw(left));
    expect(readWav(monoMulawWav(left)).mulaw).toEqual([left]);
  });

  it('of one voice fills up to a whole number of words, as chunks of odd length must', () => {
    const file = monoMulawWav(Uint8Array.of(1, 2, 3));
    expect(file).toHaveLength(62);
    expect(file.readUInt32LE(4)).toBe(54);
    expect(file.readUInt32LE(54)).toBe(3);
    expect(readWav(file).mulaw).toEqual([Buffer.of(1, 2, 3)]);
  });

  it('of 16-bit PCM is read channel by channel, past chunks that say other things', () => {
    const { sampleRateHz, channels, mulaw } = readWav(
      pcmWav({ channels: 2, samples: [1, -2, 300, -32_768] }),
    );
    expect(sampleRateHz).toBe(16_000);
    expect(channels).toEqual([Int16Array.of(1, 300), Int16Array.of(-2, -32_768)]);
    expect(mulaw).toBeUndefined();
  });

  it.each([
    ['not a WAV file', Buffer.from('not a wav file at all')],
    ['format 3 with 32 bits is neither mu-law nor 16-bit PCM', pcmWav({ tag: 3, bits: 32 })],
    ['the WAV file has no chunk "data"', pcmWav({}).subarray(0, 46)],
    ['the WAV file has no chunk "fmt"', Buffer.from('RIFF....WAVE')],
  ])('is refused with the words: %s', (words, file) => {
    expect(() => readWav(file)).toThrow(words);
  });
});

describe('the recorded caller', () => {
  it.each(CALLER_CLIPS.map(({ name }) => name))(
    'has a clip %s with a voice in it, and silence at its ends',
    async (name) => {
      const samples = decodeMulaw(await callerClip(name));
      const rms = (part: Int16Array): number =>
        Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);
      expect(samples.length).toBeGreaterThan(6000);
      expect(rms(samples)).toBeGreaterThan(800);
      expect(rms(samples.slice(0, 400))).toBeLessThan(rms(samples) / 2);
    },
  );

  it.each(CALLER_CLIPS.map(({ name }) => name))('has a clip %s as a line would carry it', async (name) => {
    const samples = decodeMulaw(await callerClip(name));
    const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    // No direct current, nothing clipped, and whole frames of 20 ms.
    expect(Math.abs(mean)).toBeLessThan(20);
    expect(samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)).toBeLessThan(20_000);
    expect(samples.length % 160).toBe(0);
  });

  it('is told of in the folder, clip by clip, with words and source', async () => {
    const readme = await readFile(new URL('../../../assets/caller/README.md', import.meta.url), 'utf8');
    for (const { name, text, source } of CALLER_CLIPS) {
      const row = readme.split('\n').find((line) => line.includes(`${name}.wav`));
      expect(row).toContain(text);
      expect(row).toContain(source);
      expect(clipText(name)).toBe(text);
    }
  });

  it('knows no other clip', async () => {
    await expect(callerClip('nobody')).rejects.toThrow('there is no clip "nobody"');
  });
});
