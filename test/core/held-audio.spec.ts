/** Audio that waits for its other side. */
import { HeldAudio } from '../../src/core/bridge/held-audio.js';

const TEN_SECONDS = 'A'.repeat(107_000);

describe('held audio', () => {
  it('comes out once, in order', () => {
    const held = new HeldAudio();
    const taken: string[] = [];
    for (const payload of ['one', 'two', 'three']) expect(held.push(payload)).toBe(0);
    held.drain((payload) => taken.push(payload));
    held.drain((payload) => taken.push(payload));
    expect(taken).toEqual(['one', 'two', 'three']);
  });

  it('throws the oldest away beyond its bound, and says how many', () => {
    const held = new HeldAudio();
    const dropped = Array.from({ length: 8 }, (_, at) => held.push(`${at}${TEN_SECONDS}`));
    expect(dropped).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    const taken: string[] = [];
    held.drain((payload) => taken.push(payload.charAt(0)));
    expect(taken).toEqual(['3', '4', '5', '6', '7']);
  });

  it('has its whole bound again after it was emptied', () => {
    const held = new HeldAudio();
    for (let at = 0; at < 5; at += 1) held.push(TEN_SECONDS);
    held.drain(() => undefined);
    expect(held.push(TEN_SECONDS)).toBe(0);
  });
});
