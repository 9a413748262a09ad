/** Keypad tones as they sound, heard by an ear that is not the one that made them. */
import { KEYS, keyMs, tonesOf } from '../../src/core/audio/keypad-tones.js';
import { decodeMulaw, encodeMulaw } from '../../src/core/audio/mulaw.js';
import { keysIn } from '../../src/simulators/twilio/keypad-ear.js';

describe('keypad tones', () => {
  it('are heard as the keys that were pressed, each of the sixteen, and twice where it was pressed twice', () => {
    const keys = '0123456789*#ABCD55';
    expect(keysIn(tonesOf(keys))).toBe(keys);
    // Wherever the listener happens to begin.
    for (const late of [1, 67, 130, 204]) expect(keysIn(tonesOf(`w${keys}`).subarray(late))).toBe(keys);
  });

  it('wait where they are told to, and sound for 100 ms with as much silence behind', () => {
    expect(tonesOf('1').length).toBe(1600);
    expect(tonesOf('1wW2').length).toBe((200 + 500 + 1000 + 200) * 8);
    expect(keysIn(tonesOf('1wW2'))).toBe('12');
    expect(keyMs('w')).toBe(500);
    expect(
      tonesOf('1')
        .subarray(800)
        .every((byte) => byte === 0xff),
    ).toBe(true);
  });

  it('are about as loud as a telephone makes them, and do not clip', () => {
    const samples = decodeMulaw(tonesOf('1').subarray(0, 800));
    const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
    const dbm0 = 10 * Math.log10(power / (32_124 ** 2 / 2)) + 3.17;
    expect(dbm0).toBeGreaterThan(-6);
    expect(dbm0).toBeLessThan(-4);
    expect(Math.max(...samples)).toBeLessThan(32_124);
  });

  it('are none to the ear where a voice, noise or silence is', () => {
    const noise = Int16Array.from({ length: 16_000 }, (_, at) => ((at * 7919) % 8191) - 4096);
    const vowel = Int16Array.from({ length: 16_000 }, (_, at) =>
      Math.round(
        [1, 2, 3, 4, 5, 6].reduce((sum, n) => sum + 3000 * Math.sin((2 * Math.PI * 130 * n * at) / 8000), 0),
      ),
    );
    for (const sound of [noise, vowel, new Int16Array(16_000)]) expect(keysIn(encodeMulaw(sound))).toBe('');
  });

  it.each(['', '1 2', 'x', '1-2'])('are not made of %p', (keys) => {
    expect(KEYS.test(keys)).toBe(false);
  });
});
