/** The rest that a tool is given after it broke several times in a row. */
import { FAILURES_IN_A_ROW, PAUSE_MS, ToolBreaker, type Admission } from '../../src/tools/tool-breaker.js';

function admitted(breaker: ToolBreaker, now: number): Admission {
  const admission = breaker.admit(now);
  if (!admission) throw new Error('it was not let through');
  return admission;
}

function broken(): ToolBreaker {
  const breaker = new ToolBreaker();
  for (let run = 0; run < FAILURES_IN_A_ROW; run += 1) breaker.record(admitted(breaker, 0), 'broke', 0);
  return breaker;
}

describe('a tool that breaks', () => {
  it('is given a rest after five times in a row', () => {
    const breaker = broken();
    expect(breaker.state).toBe('open');
    expect(breaker.admit(PAUSE_MS - 1)).toBeUndefined();
  });

  it('is not when it worked in between', () => {
    const breaker = new ToolBreaker();
    for (let run = 0; run < 20; run += 1)
      breaker.record(admitted(breaker, 0), run % FAILURES_IN_A_ROW === 0 ? 'worked' : 'broke', 0);
    expect(breaker.state).toBe('closed');
  });

  it('is tried once after the rest, and works again when that went well', () => {
    const breaker = broken();
    const trial = admitted(breaker, PAUSE_MS);
    expect(breaker.state).toBe('half-open');
    expect(breaker.admit(PAUSE_MS)).toBeUndefined();
    breaker.record(trial, 'worked', PAUSE_MS);
    expect(breaker.state).toBe('closed');
    expect(breaker.admit(PAUSE_MS)).toBeDefined();
  });

  it('rests again when the trial broke', () => {
    const breaker = broken();
    breaker.record(admitted(breaker, PAUSE_MS), 'broke', PAUSE_MS + 10);
    expect(breaker.admit(2 * PAUSE_MS)).toBeUndefined();
    expect(breaker.admit(2 * PAUSE_MS + 10)).toBeDefined();
  });

  it('is tried again when the trial said nothing', () => {
    const breaker = broken();
    breaker.record(admitted(breaker, PAUSE_MS), 'unknown', PAUSE_MS);
    expect(breaker.state).toBe('open');
    expect(breaker.admit(PAUSE_MS)).toBeDefined();
  });

  it('is not woken by a run from before the rest', () => {
    const breaker = new ToolBreaker();
    const early = admitted(breaker, 0);
    for (let run = 0; run < FAILURES_IN_A_ROW; run += 1) breaker.record(admitted(breaker, 0), 'broke', 0);
    breaker.record(early, 'worked', 1);
    expect(breaker.state).toBe('open');
  });
});
