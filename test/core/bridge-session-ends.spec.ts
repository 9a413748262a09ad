/** How a conversation ends: who said so, what is heard out, and that nothing is left behind. */
import type { CallFailure } from '../../src/core/call/call.js';
import { startOf } from '../support/builders.js';
import { BridgeRig, LIMITS } from './bridge-rig.js';

const LOST: CallFailure = { code: 'agent-lost', detail: 'closed with 1011' };

describe('a caller who hangs up', () => {
  it('closes the agent and leaves the line alone', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.session.lineStopped();
    expect(rig.ending).toEqual({
      type: 'ended',
      reason: 'caller-hung-up',
      failure: undefined,
      lineUp: false,
      // What was on its way to the caller was heard by nobody.
      cut: { clearedMs: 1000, parts: [{ eventId: 1, sentMs: 1000, heardMs: 0 }] },
    });
    expect(rig.agent.asked.at(-1)).toEqual(['close']);
    expect(rig.clock.pending).toBe(0);
  });

  it('is what a cleanly closed socket means, and a broken one is a failure of the stream', () => {
    const clean = BridgeRig.talking();
    clean.session.lineGone(true, 'closed');
    expect(clean.ending).toMatchObject({ reason: 'caller-hung-up', failure: undefined, lineUp: false });
    const broken = BridgeRig.talking();
    broken.session.lineGone(false, 'close code 1006');
    expect(broken.ending).toMatchObject({
      reason: 'stream-failed',
      failure: { code: 'stream-lost', detail: 'close code 1006' },
      lineUp: false,
    });
  });
});

describe('an agent that ends the call', () => {
  it('has its last words heard: the end waits for the mark behind them', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.session.agentEnding();
    rig.speaks(500);
    rig.session.agentGone(undefined, 'agent-ended');
    expect(rig.isEnded).toBe(false);
    rig.clock.advance(1400);
    expect(rig.isEnded).toBe(false);
    rig.echoLastMark();
    expect(rig.ending).toMatchObject({ reason: 'agent-ended', failure: undefined, lineUp: true });
    expect(rig.clock.pending).toBe(0);
  });

  it('is not kept waiting by a mark that never comes back', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.session.agentGone(undefined, 'agent-ended');
    rig.clock.advance(2999);
    expect(rig.isEnded).toBe(false);
    rig.clock.advance(1);
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('is closed by us when it does not close, counted from its last word', () => {
    const rig = BridgeRig.talking();
    rig.session.agentEnding();
    rig.clock.advance(4000);
    rig.speaks(100);
    rig.clock.advance(4999);
    expect(rig.agent.verbs).not.toContain('close');
    rig.echoLastMark();
    rig.clock.advance(1);
    expect(rig.agent.verbs).toContain('close');
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('ends at once when nothing is left to hear', () => {
    const rig = BridgeRig.talking();
    rig.speaks(200);
    rig.echoLastMark();
    rig.session.agentGone(undefined, 'agent-ended');
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('is a failure when it closes before the conversation began', () => {
    const rig = new BridgeRig();
    rig.session.attachAgent(rig.agent);
    rig.session.lineStarted(startOf());
    rig.session.agentGone(undefined, 'agent-ended');
    expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: { code: 'agent-lost' } });
  });

  it('does not take the word of the clock for what the line has not confirmed', () => {
    const rig = BridgeRig.talking();
    rig.speaks(200);
    rig.clock.advance(1000);
    rig.session.agentGone(undefined, 'agent-ended');
    expect(rig.ending).toBeUndefined();
    rig.echoLastMark();
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('ends at once when the caller cuts into the last words', () => {
    const rig = BridgeRig.talking();
    rig.speaks(5000);
    rig.session.agentGone(undefined, 'agent-ended');
    rig.session.interrupted(2);
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
    expect(rig.line.verbs).toContain('clear');
  });

  it('keeps its reason when its socket breaks after the goodbye', () => {
    const rig = BridgeRig.talking();
    rig.session.agentEnding();
    rig.session.agentGone(LOST, 'agent-failed');
    expect(rig.ending).toMatchObject({ reason: 'agent-ended', failure: undefined });
  });

  it('hears nothing more of the caller, and the caller may still hang up', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.session.agentEnding();
    rig.session.callerAudio('AAAA', 0);
    rig.session.lineStopped();
    expect(rig.agent.heard).toEqual([]);
    expect(rig.ending).toMatchObject({ reason: 'caller-hung-up' });
  });

  it('ends by its own time limit with that reason, after its last words', () => {
    const rig = BridgeRig.talking();
    rig.speaks(500);
    rig.session.agentGone(undefined, 'max-duration');
    rig.echoLastMark();
    expect(rig.ending).toMatchObject({ reason: 'max-duration', failure: undefined });
  });
});

describe('an agent that fails', () => {
  it('ends the call with its failure, without waiting for what was said', () => {
    const rig = BridgeRig.talking();
    rig.speaks(5000);
    rig.session.agentGone(LOST, 'agent-failed');
    expect(rig.ending).toMatchObject({ type: 'ended', reason: 'agent-failed', failure: LOST, lineUp: true });
  });

  it('ends the call when it fails before the line has started', () => {
    const rig = new BridgeRig();
    rig.session.attachAgent(rig.agent);
    rig.session.agentGone(LOST, 'agent-failed');
    rig.session.lineStarted(startOf());
    expect(rig.told).toEqual(['ended']);
  });

  it('is closed when it is handed over after the end', () => {
    const rig = new BridgeRig();
    rig.session.lineStopped();
    rig.session.attachAgent(rig.agent);
    expect(rig.agent.asked).toEqual([['close']]);
  });
});

describe('time', () => {
  it('ends a socket on which nothing starts', () => {
    const rig = new BridgeRig();
    rig.clock.advance(LIMITS.startTimeoutMs - 1);
    expect(rig.isEnded).toBe(false);
    rig.clock.advance(1);
    expect(rig.ending).toMatchObject({ reason: 'stream-failed', failure: { code: 'stream-never-came' } });
    expect(rig.clock.pending).toBe(0);
  });

  it('ends a call whose agent does not become ready', () => {
    const rig = new BridgeRig();
    rig.session.attachAgent(rig.agent);
    rig.session.lineStarted(startOf());
    rig.clock.advance(LIMITS.agentReadyTimeoutMs);
    expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: { code: 'agent-unreachable' } });
    expect(rig.agent.asked.at(-1)).toEqual(['close']);
  });

  it('ends a line that went silent, and no other', () => {
    const rig = BridgeRig.talking();
    for (let at = 0; at < 5; at += 1) {
      rig.clock.advance(LIMITS.lineSilenceMs - 1000);
      rig.session.callerAudio('AAAA', 0);
    }
    expect(rig.isEnded).toBe(false);
    rig.clock.advance(2 * LIMITS.lineSilenceMs);
    expect(rig.ending).toMatchObject({ reason: 'stream-failed', failure: { code: 'stream-lost' } });
  });

  it('lets a conversation go on without any limit of its own', () => {
    const rig = BridgeRig.talking();
    for (let minute = 0; minute < 240; minute += 1) {
      rig.clock.advance(20_000);
      rig.session.callerAudio('AAAA', 0);
    }
    expect(rig.isEnded).toBe(false);
  });
});

type Ending = readonly [name: string, act: (rig: BridgeRig) => void];
const ENDINGS: readonly Ending[] = [
  ['the caller hangs up', ({ session }) => session.lineStopped()],
  ['the line breaks', ({ session }) => session.lineGone(false, 'broken')],
  ['the line fails', ({ session }) => session.lineFailed({ code: 'stream-format', detail: 'pcm' })],
  ['the agent fails', ({ session }) => session.agentGone(LOST, 'agent-failed')],
  ['the agent ends', ({ session }) => session.agentGone(undefined, 'agent-ended')],
  ['we end', ({ session }) => session.end('hung-up-by-api')],
];

describe('an end', () => {
  it.each(
    ENDINGS.flatMap(([one, first]) => ENDINGS.map(([two, second]) => [one, two, first, second] as const)),
  )('is told once, with the first cause, when %s and then %s', (_one, _two, first, second) => {
    const alone = BridgeRig.talking();
    first(alone);
    const both = BridgeRig.talking();
    first(both);
    second(both);
    expect(both.facts).toEqual(alone.facts);
    expect(both.told.filter((type) => type === 'ended')).toHaveLength(1);
  });

  it.each(ENDINGS)('leaves no timer, no agent and no word behind when %s', (_name, act) => {
    const rig = BridgeRig.talking();
    rig.session.digit('1');
    act(rig);
    expect(rig.isEnded).toBe(true);
    expect(rig.clock.pending).toBe(0);
    const { length } = rig.line.asked;
    rig.session.agentReady('conv_2');
    rig.session.agentQueued();
    rig.speaks(100, 9);
    rig.session.agentSaid('Too late.', 9);
    rig.session.agentCorrected('Too', 9);
    rig.session.callerSaid('Hello?', 9);
    rig.session.interrupted(10);
    rig.session.agentEnding();
    rig.session.callerAudio('AAAA', 0);
    rig.session.digit('2');
    rig.session.markPlayed('g0:m1');
    rig.session.lineStarted(startOf());
    rig.clock.advance(60_000);
    expect(rig.line.asked).toHaveLength(length);
    expect(rig.told.at(-1)).toBe('ended');
    expect(rig.clock.pending).toBe(0);
  });
});
