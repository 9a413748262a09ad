/** The keys to the media socket. */
import { STREAM_TOKEN_TTL_MS, StreamTokens } from '../../src/calls/stream-tokens.js';
import { ManualClock } from '../support/manual-clock.js';

describe('a stream token', () => {
  it('opens the call it was made for, once', () => {
    const tokens = new StreamTokens(new ManualClock());
    const token = tokens.issue('call_1');
    expect(tokens.knows(token)).toBe(true);
    expect(tokens.redeem(token)).toBe('call_1');
    expect(tokens.knows(token)).toBe(false);
    expect(tokens.redeem(token)).toBeUndefined();
  });

  it('cannot be guessed, and fits into a path as it is', () => {
    const tokens = new StreamTokens(new ManualClock());
    const made = new Set(Array.from({ length: 100 }, (_, at) => tokens.issue(`call_${at}`)));
    expect(made.size).toBe(100);
    for (const token of made) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('expires', () => {
    const clock = new ManualClock();
    const tokens = new StreamTokens(clock);
    const token = tokens.issue('call_1');
    clock.advance(STREAM_TOKEN_TTL_MS - 1);
    expect(tokens.knows(token)).toBe(true);
    clock.advance(1);
    expect(tokens.knows(token)).toBe(false);
    expect(tokens.redeem(token)).toBeUndefined();
  });

  it('stops working when another of its call was used, and leaves other calls alone', () => {
    const tokens = new StreamTokens(new ManualClock());
    const first = tokens.issue('call_1');
    const other = tokens.issue('call_2');
    const second = tokens.issue('call_1');
    expect(tokens.redeem(second)).toBe('call_1');
    expect(tokens.redeem(first)).toBeUndefined();
    expect(tokens.redeem(other)).toBe('call_2');
  });

  it.each(['', 'made-up', '__proto__'])('is not "%s"', (token) => {
    const tokens = new StreamTokens(new ManualClock());
    tokens.issue('call_1');
    expect(tokens.knows(token)).toBe(false);
    expect(tokens.redeem(token)).toBeUndefined();
  });
});
