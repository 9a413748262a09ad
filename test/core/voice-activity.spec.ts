import { encodeMulaw } from '../../src/core/audio/mulaw.js';
import { VOICE_FRAME_BYTES, VoiceActivity } from '../../src/core/audio/voice-activity.js';
import { noise, silence, voice } from '../simulators/elevenlabs/sounds.js';

function decisions(audio: Buffer, activity = new VoiceActivity(), pieceBytes = audio.length): boolean[] {
  const voiced: boolean[] = [];
  for (let at = 0; at < audio.length; at += pieceBytes) {
    activity.hear(audio.subarray(at, at + pieceBytes), (isVoice) => voiced.push(isVoice));
  }
  return voiced;
}

/** A 300 Hz tone. */
function tone(ms: number, amplitude: number): Buffer {
  const samples = Int16Array.from(
    { length: ms * 8 },
    (_, i) => amplitude * Math.sin((2 * Math.PI * 300 * i) / 8000),
  );
  return encodeMulaw(samples);
}

describe('voice activity', () => {
  it('hears no voice in both kinds of mu-law silence', () => {
    expect(decisions(silence(2000))).toEqual(Array.from({ length: 100 }, () => false));
    expect(decisions(Buffer.alloc(16_000, 0x7f))).toEqual(Array.from({ length: 100 }, () => false));
  });

  it('hears voice in every frame of loud sound, however long it lasts', () => {
    expect(decisions(voice(20_000))).toEqual(Array.from({ length: 1000 }, () => true));
  });

  it('marks exactly the frames that hold voice', () => {
    const voiced = decisions(Buffer.concat([silence(200), voice(400), silence(200)]));
    expect(voiced.map(Number).join('')).toBe('0'.repeat(10) + '1'.repeat(20) + '0'.repeat(10));
  });

  it('takes a sound below the quietest voice for silence', () => {
    expect(decisions(tone(1000, 150))).not.toContain(true);
    expect(decisions(tone(1000, 400))).not.toContain(false);
  });

  it('answers the same whatever the pieces are in which audio arrives', () => {
    const audio = Buffer.concat([silence(300), voice(333), noise(1000, 600), voice(200), silence(300)]);
    const whole = decisions(audio);
    for (const pieceBytes of [1, 7, 159, 160, 161, 1000]) {
      expect(decisions(audio, new VoiceActivity(), pieceBytes)).toEqual(whole);
    }
  });

  it('keeps the rest of an unfinished frame for the next piece', () => {
    const activity = new VoiceActivity();
    expect(decisions(voice(20).subarray(0, VOICE_FRAME_BYTES - 1), activity)).toEqual([]);
    expect(decisions(voice(20).subarray(VOICE_FRAME_BYTES - 1), activity)).toEqual([true]);
  });

  it('takes steady line noise for voice at first and for noise later, and still hears a voice over it', () => {
    const activity = new VoiceActivity();
    const voiced = decisions(noise(6000, 700), activity);
    expect(voiced[0]).toBe(true);
    expect(voiced.slice(200)).not.toContain(true);
    expect(activity.noiseRms).toBeGreaterThan(300);
    expect(decisions(voice(1000), activity)).not.toContain(false);
  });

  it('does not forget the line noise over a dropped packet, but does over a second of silence', () => {
    const activity = new VoiceActivity();
    decisions(noise(6000, 700), activity);
    decisions(silence(20), activity);
    expect(decisions(noise(200, 700), activity)).not.toContain(true);
    decisions(silence(1000), activity);
    expect(decisions(noise(20, 700), activity)).toEqual([true]);
  });

  it('never takes a sound above its loudest noise for noise', () => {
    const activity = new VoiceActivity({ loudestNoiseRms: 100 });
    expect(decisions(noise(10_000, 700), activity)).not.toContain(false);
    expect(activity.noiseRms).toBe(100);
  });

  it('scores 0 for silence, above one half for voice and below it for quiet sound', () => {
    const scores: number[] = [];
    const listen = (audio: Buffer): void => new VoiceActivity().hear(audio, (_, score) => scores.push(score));
    listen(silence(20));
    listen(voice(20));
    listen(tone(20, 100));
    const [silent, loud, quiet] = scores;
    expect(silent).toBe(0);
    expect(loud).toBeGreaterThan(0.9);
    expect(quiet).toBeGreaterThan(0.1);
    expect(quiet).toBeLessThan(0.5);
  });
});
