/** The keys to the media socket. */
import { STREAM_TOKEN_TTL_MS, StreamTokens } from '../../src/calls/stream-tokens.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryStreamTokenStore } from '../support/memory.stores.js';

describe('a stream token', () => {
  let clock: ManualClock;
  let store: MemoryStreamTokenStore;
  let tokens: StreamTokens;
  let otherReplica: StreamTokens;
  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStreamTokenStore(clock);
    tokens = new StreamTokens(store, clock);
    otherReplica = new StreamTokens(store, clock);
  });

  it('opens the call it was made for, once, at whatever replica', async () => {
    for (const opener of [tokens, otherReplica]) {
      const token = await tokens.issue('call_1');
      expect(await opener.knows(token)).toBe(true);
      expect(await opener.redeem(token)).toBe('call_1');
      expect(await opener.knows(token)).toBe(false);
      expect(await opener.redeem(token)).toBeUndefined();
      expect(await tokens.redeem(token)).toBeUndefined();
    }
  });

  it('cannot be guessed, and fits into a path as it is', async () => {
    const made = new Set<string>();
    for (let at = 0; at < 100; at += 1) made.add(await tokens.issue(`call_${at}`));
    expect(made.size).toBe(100);
    for (const token of made) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('expires', async () => {
    const token = await tokens.issue('call_1');
    clock.advance(STREAM_TOKEN_TTL_MS - 1);
    expect(await tokens.knows(token)).toBe(true);
    clock.advance(1);
    expect(await tokens.knows(token)).toBe(false);
    expect(await tokens.redeem(token)).toBeUndefined();
  });

  it('stops working when another of its call was used, and leaves other calls alone', async () => {
    const first = await tokens.issue('call_1');
    const other = await tokens.issue('call_2');
    const second = await tokens.issue('call_1');
    expect(await tokens.redeem(second)).toBe('call_1');
    expect(await tokens.redeem(first)).toBeUndefined();
    expect(await tokens.redeem(other)).toBe('call_2');
  });

  it('is taken by one of two sockets that come with it at the same moment', async () => {
    const token = await tokens.issue('call_1');
    const taken = await Promise.all([tokens.redeem(token), otherReplica.redeem(token), tokens.redeem(token)]);
    expect(taken.filter((callId) => callId !== undefined)).toEqual(['call_1']);
  });

  it('works once at the replica that issued it while the store is away, also when it was issued so', async () => {
    const before = await tokens.issue('call_1');
    store.isAway = true;
    const during = await tokens.issue('call_2');
    for (const [token, callId] of [
      [before, 'call_1'],
      [during, 'call_2'],
    ] as const) {
      expect(await tokens.knows(token)).toBe(true);
      expect(await otherReplica.knows(token)).toBe(false);
      expect(await otherReplica.redeem(token)).toBeUndefined();
      expect(await tokens.redeem(token)).toBe(callId);
      expect(await tokens.redeem(token)).toBeUndefined();
    }
  });

  it('that was issued without the store works when the store is back', async () => {
    store.isAway = true;
    const token = await tokens.issue('call_1');
    store.isAway = false;
    expect(await tokens.redeem(token)).toBe('call_1');
  });

  it.each(['', 'made-up', '__proto__', 'x'.repeat(43)])('is not "%s"', async (token) => {
    await tokens.issue('call_1');
    expect(await tokens.knows(token)).toBe(false);
    expect(await tokens.redeem(token)).toBeUndefined();
  });
});
