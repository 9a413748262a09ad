/** The caller's steps, frame by frame, on a line that is a plain object. */
import type { CallerStep } from '../../../src/simulators/twilio/caller-script.js';
import {
  noise,
  SILENT_FRAME,
  SimulatedCaller,
  type CallerLine,
} from '../../../src/simulators/twilio/simulated-caller.js';

class Line implements CallerLine {
  playedBytes = 0;
  isQuiet = true;
  readonly acts: string[] = [];
  startsSpeaking = (what: string): void => void this.acts.push(`speaks ${what}`);
  stopsSpeaking = (): void => void this.acts.push('stops');
  press = (digit: string): void => void this.acts.push(`presses ${digit}`);
  hangUp = (): void => void this.acts.push('hangs up');
  loseSocket = (): void => void this.acts.push('loses socket');
  sendRaw = (text: string): void => void this.acts.push(`raw ${text}`);
}

function callerOf(
  steps: readonly CallerStep[],
  clips: Record<string, Buffer> = {},
): [SimulatedCaller, Line, () => Buffer] {
  const caller = new SimulatedCaller(steps, new Map(Object.entries(clips)), 7);
  const line = new Line();
  return [caller, line, () => caller.nextFrame(line)];
}

describe('the simulated caller', () => {
  it('waits in frames and then speaks a clip to its end, the last frame filled with silence', () => {
    const [caller, line, next] = callerOf(
      [
        { step: 'waits', ms: 40 },
        { step: 'says', clip: 'hi' },
      ],
      {
        hi: Buffer.alloc(200, 0x21),
      },
    );
    expect([next(), next()]).toEqual([SILENT_FRAME, SILENT_FRAME]);
    expect(next()).toEqual(Buffer.alloc(160, 0x21));
    expect(caller.isFinished).toBe(false);
    expect(next()).toEqual(Buffer.concat([Buffer.alloc(40, 0x21), Buffer.alloc(120, 0xff)]));
    expect(next()).toBe(SILENT_FRAME);
    expect(line.acts).toEqual(['speaks hi', 'stops']);
    expect([caller.isFinished, caller.waitsIn]).toEqual([true, undefined]);
  });

  it('hears the agent out: only after it spoke, and only when all of it was played', () => {
    const [caller, line, next] = callerOf([{ step: 'hears-agent-out' }, { step: 'hangs-up' }]);
    next();
    expect(line.acts).toEqual([]);
    line.playedBytes = 800;
    line.isQuiet = false;
    next();
    expect(caller.waitsIn).toBe('step 1 of 2: {"step":"hears-agent-out"}');
    line.isQuiet = true;
    next();
    expect(line.acts).toEqual(['hangs up']);
  });

  it('does not take the last turn of the agent for the answer to what it just said', () => {
    const [, line, next] = callerOf([
      { step: 'hears-agent-out' },
      { step: 'says', noiseMs: 20 },
      { step: 'hears-agent-out' },
      { step: 'hangs-up' },
    ]);
    line.playedBytes = 800;
    next();
    next();
    expect(line.acts).not.toContain('hangs up');
    line.playedBytes = 808;
    next();
    expect(line.acts).toContain('hangs up');
  });

  it('does not take a turn that was cut off for one that was heard out', () => {
    const [caller, line, next] = callerOf([{ step: 'says', noiseMs: 20 }, { step: 'hears-agent-out' }]);
    next();
    line.playedBytes = 400;
    line.isQuiet = false;
    next();
    line.isQuiet = true;
    caller.agentWasCutOff(400);
    next();
    expect(caller.isFinished).toBe(false);
    line.playedBytes = 500;
    next();
    expect(caller.isFinished).toBe(true);
  });

  it('listens for a time that counts from the beginning of the step', () => {
    const [caller, line, next] = callerOf([{ step: 'hears-agent-for', ms: 100 }]);
    line.playedBytes = 5000;
    next();
    line.playedBytes = 5799;
    next();
    expect(caller.isFinished).toBe(false);
    line.playedBytes = 5800;
    next();
    expect(caller.isFinished).toBe(true);
  });

  it('presses keys one by one, with a pause between them', () => {
    const [, line, next] = callerOf([{ step: 'presses', digits: '1#' }]);
    next();
    expect(line.acts).toEqual(['presses 1']);
    for (let frame = 0; frame < 4; frame += 1) next();
    expect(line.acts).toEqual(['presses 1']);
    next();
    expect(line.acts).toEqual(['presses 1', 'presses #']);
  });

  it('makes noise that is loud, repeatable, and never the same frame twice', () => {
    const made = noise(3, 160 * 500);
    const frames = Array.from({ length: 500 }, (_, index) =>
      made.subarray(index * 160, (index + 1) * 160).toString('hex'),
    );
    expect(new Set(frames).size).toBe(500);
    expect(made.every((byte) => (byte & 0x7f) < 0x30)).toBe(true);
    expect(noise(3, 160)).toEqual(made.subarray(0, 160));
    expect(noise(4, 160)).not.toEqual(made.subarray(0, 160));
  });
});
