/** When dialling stops because calls fail, and how it goes on. */
import { DialBreaker, SAMPLE } from '../../src/core/call/dial-breaker.js';

const PAUSE_MS = 30_000;

function breakerAfter(failures: number, successes: number, failurePercent = 90): DialBreaker<string> {
  const breaker = new DialBreaker<string>({ failurePercent, pauseMs: PAUSE_MS });
  for (let at = 0; at < successes; at += 1) breaker.record(`well ${at}`, false, at);
  for (let at = 0; at < failures; at += 1) breaker.record(`failed ${at}`, true, 100 + at);
  return breaker;
}
/** When the last failure of these was told. */
const STOPPED_AT = 100 + SAMPLE - 1;

describe('a breaker', () => {
  it('stops when as many of the last calls failed as may, and not before', () => {
    expect(breakerAfter(SAMPLE - 1, 0).isStopped).toBe(false);
    expect(breakerAfter(SAMPLE, 0).isStopped).toBe(true);
    expect(breakerAfter(17, 3).isStopped).toBe(false);
    expect(breakerAfter(18, 2).isStopped).toBe(true);
    expect(breakerAfter(10, 10, 50).isStopped).toBe(true);
  });

  it('never stops when it is switched off', () => {
    expect(breakerAfter(100, 0, 0).isStopped).toBe(false);
  });

  it('forgets what was long ago', () => {
    const breaker = breakerAfter(SAMPLE - 1, 0);
    breaker.record('later', true, 3_600_000);
    expect(breaker.isStopped).toBe(false);
  });

  it('lets one call through after the pause, and no other until it is known how that went', () => {
    const breaker = breakerAfter(SAMPLE, 0);
    expect(breaker.waitMs('early', STOPPED_AT + PAUSE_MS - 1)).toBe(1);
    expect(breaker.waitMs('tried', STOPPED_AT + PAUSE_MS)).toBe(0);
    expect(breaker.waitMs('tried', STOPPED_AT + PAUSE_MS + 1)).toBe(0);
    expect(breaker.waitMs('other', STOPPED_AT + PAUSE_MS + 1)).toBeGreaterThan(0);
    breaker.record('other', false, STOPPED_AT + PAUSE_MS + 2);
    expect(breaker.isStopped).toBe(true);
    breaker.record('tried', false, STOPPED_AT + PAUSE_MS + 3);
    expect(breaker.isStopped).toBe(false);
    expect(breaker.waitMs('other', STOPPED_AT + PAUSE_MS + 4)).toBe(0);
  });

  it('waits again when the call that was tried fails too', () => {
    const breaker = breakerAfter(SAMPLE, 0);
    const at = STOPPED_AT + PAUSE_MS;
    expect(breaker.waitMs('tried', at)).toBe(0);
    breaker.record('tried', true, at + 1);
    expect(breaker.waitMs('next', at + 1)).toBe(PAUSE_MS);
  });

  it('tries another call when nothing comes of the first, or nothing is heard of it', () => {
    const breaker = breakerAfter(SAMPLE, 0);
    const at = STOPPED_AT + PAUSE_MS;
    breaker.waitMs('first', at);
    breaker.forget('first');
    expect(breaker.waitMs('second', at)).toBe(0);
    expect(breaker.waitMs('third', at + 1000)).toBeGreaterThan(0);
    expect(breaker.waitMs('third', at + 3_600_000)).toBe(0);
  });
});
