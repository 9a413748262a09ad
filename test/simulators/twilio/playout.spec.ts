/** The buffer of the far end, with time moved by hand: 8 bytes are a millisecond. */
import { Playout } from '../../../src/simulators/twilio/playout.js';

const sound = (bytes: number, value = 1): Buffer => Buffer.alloc(bytes, value);

describe('the playout', () => {
  it('plays at the pace of speech, whatever the size of the payload', () => {
    const playout = new Playout();
    playout.queue(sound(8000), 100);
    playout.advance(100);
    expect(playout.playedBytes).toBe(0);
    playout.advance(900);
    expect([playout.playedBytes, playout.waitingBytes, playout.playhead]).toEqual([800, 7200, 900]);
    playout.advance(99_999);
    expect([playout.playedBytes, playout.waitingBytes, playout.playhead]).toEqual([8000, 0, 8100]);
  });

  it('returns a mark when everything before it has been played, not earlier', () => {
    const playout = new Playout();
    playout.queue(sound(160), 0);
    expect(playout.mark('a')).toBe(false);
    playout.queue(sound(160), 0);
    expect(playout.mark('b')).toBe(false);
    expect(playout.mark('c')).toBe(false);
    expect(playout.advance(159)).toEqual([]);
    expect(playout.advance(160)).toEqual(['a']);
    expect(playout.advance(319)).toEqual([]);
    expect(playout.advance(320)).toEqual(['b', 'c']);
  });

  it('returns a mark at once when nothing waits', () => {
    const playout = new Playout();
    expect(playout.mark('now')).toBe(true);
    playout.queue(sound(8), 0);
    playout.advance(8);
    expect(playout.mark('again')).toBe(true);
  });

  it('forgets what waits on clear, and returns the marks of it', () => {
    const playout = new Playout();
    playout.queue(sound(800, 1), 0);
    playout.mark('a');
    playout.queue(sound(800, 2), 0);
    playout.mark('b');
    playout.advance(1000);
    expect(playout.clear()).toEqual({ bytes: 600, marks: ['b'] });
    expect(playout.waitingBytes).toBe(0);
    playout.queue(sound(80, 3), 2000);
    playout.advance(9999);
    expect(playout.played.map(({ atByte, playedBytes }) => [atByte, playedBytes])).toEqual([
      [0, 800],
      [800, 200],
      [2000, 80],
    ]);
  });

  it('goes on without a gap when more comes in time, and leaves one when it does not', () => {
    const playout = new Playout();
    playout.queue(sound(160), 0);
    playout.advance(100);
    playout.queue(sound(160), 100);
    playout.advance(320);
    playout.queue(sound(160), 400);
    playout.advance(1000);
    expect(playout.played.map(({ atByte }) => atByte)).toEqual([0, 160, 400]);
  });

  it('discards what goes beyond ten minutes of waiting audio', () => {
    const playout = new Playout();
    expect(playout.queue(sound(4_799_990), 0)).toBe(true);
    expect(playout.queue(sound(11), 0)).toBe(false);
    expect(playout.queue(sound(10), 0)).toBe(true);
    expect(playout.waitingBytes).toBe(4_800_000);
  });
});
