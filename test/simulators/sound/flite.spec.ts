/** The synthesiser itself, and the thread it runs in (of the built project, since a thread loads no TypeScript). */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { decodeMulaw } from '../../../src/core/audio/mulaw.js';
import { FliteEngine, FLITE_VOICES } from '../../../src/simulators/sound/flite-engine.js';
import { FliteVoice } from '../../../src/simulators/sound/flite.js';

const PROGRAM = pathToFileURL(resolve('dist/simulators/sound/flite.worker.js'));

function rms(mulaw: Uint8Array): number {
  const samples = decodeMulaw(mulaw);
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

describe('the synthesiser', () => {
  let engine: FliteEngine;

  beforeAll(async () => {
    engine = await FliteEngine.load();
  });

  it.each(FLITE_VOICES)(
    'speaks with the voice %s, loud enough and at a pace that can be followed',
    async (voice) => {
      const mulaw = await engine.say('Which card are you looking for?', voice);
      // Some 2 s; half or double that would be a wrong sample rate.
      expect(mulaw.length / 8).toBeGreaterThan(1300);
      expect(mulaw.length / 8).toBeLessThan(2700);
      expect(rms(mulaw)).toBeGreaterThan(1000);
    },
  );

  it('gives the same bytes for the same text, and other voices for other names', async () => {
    const first = await engine.say('Hello.', 'slt');
    expect(await engine.say('Hello.', 'slt')).toEqual(first);
    expect(await engine.say('Hello.', 'rms')).not.toEqual(first);
  });

  it('speaks for longer when there is more to say', async () => {
    const short = await engine.say('We have twelve.', 'slt');
    const long = await engine.say(
      'We have twelve. They cost forty cents each, and we send them today.',
      'slt',
    );
    expect(long.length).toBeGreaterThan(short.length * 2);
  });

  it('passes over what it cannot pronounce', async () => {
    const mulaw = await engine.say('-o "Ten" & naïve €\0 clubs; $(exit)', 'slt');
    expect(rms(mulaw)).toBeGreaterThan(1000);
  });

  it('goes on after a character that ends a text in C', async () => {
    expect(await engine.say('Ten\0 of clubs.', 'slt')).toEqual(await engine.say('Ten  of clubs.', 'slt'));
  });

  it('names the voices when asked for another', async () => {
    await expect(engine.say('Hello.', 'nobody')).rejects.toThrow(
      'there is no voice "nobody", only slt, rms, awb, kal, kal16',
    );
  });
});

describe('the voice in its thread', () => {
  it('speaks as the synthesiser does, and makes the same sentence once', async () => {
    const voice = await FliteVoice.start(PROGRAM);
    try {
      const first = voice.speak('Hello.');
      expect(voice.speak('Hello.')).toBe(first);
      expect(voice.speak('Hello.', 'rms')).not.toBe(first);
      const engine = await FliteEngine.load();
      expect(await first).toEqual(await engine.say('Hello.', 'slt'));
      await expect(voice.speak('Hello.', 'nobody')).rejects.toThrow('there is no voice "nobody"');
    } finally {
      await voice.stop();
    }
  });

  it('leaves nobody waiting when it is stopped', async () => {
    const voice = await FliteVoice.start(PROGRAM);
    const late = voice.speak('A sentence that is never heard, because the line is closed before.');
    const stopped = voice.stop();
    await expect(late).rejects.toThrow('the voice was stopped');
    await stopped;
    await expect(voice.speak('Hello.')).rejects.toThrow('the voice was stopped');
    await voice.stop();
  });

  it('does not start without its thread', async () => {
    await expect(FliteVoice.start(new URL('absent.js', PROGRAM))).rejects.toThrow('absent.js');
  });

  it('warns of nothing', async () => {
    const worker = new Worker(PROGRAM, { stderr: true });
    const complaints: string[] = [];
    worker.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
    await once(worker, 'message');
    worker.postMessage({ id: 1, text: 'Hello.', voice: 'slt' });
    await once(worker, 'message');
    await worker.terminate();
    expect(complaints).toEqual([]);
  });
});
