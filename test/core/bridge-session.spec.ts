/** Two legs joined: who waits for whom, what is held, what is cut. */
import { audioOf, startOf } from '../support/builders.js';
import { BridgeRig, LIMITS } from './bridge-rig.js';

describe('a line and an agent that come together', () => {
  it('opens the agent with the variables of the line and the overrides of the call', () => {
    const { session, agent } = new BridgeRig();
    session.attachAgent(agent);
    session.lineStarted(startOf({ order: '4711' }));
    expect(agent.asked).toEqual([
      ['begin', { variables: { name: 'John', order: '4711' }, overrides: { language: 'de' } }],
    ]);
  });

  it('holds what the caller says until the agent is ready, and hands it over in order', () => {
    const { session, agent } = new BridgeRig();
    session.attachAgent(agent);
    session.lineStarted(startOf());
    for (const frame of ['AAAA', 'BBBB']) session.callerAudio(frame, 0);
    expect(agent.heard).toEqual([]);
    session.agentReady('conv_1');
    session.callerAudio('CCCC', 0);
    expect(agent.heard).toEqual(['AAAA', 'BBBB', 'CCCC']);
  });

  it('holds what the agent says until the line has started, and plays it in order behind one mark', () => {
    const { session, agent, line } = new BridgeRig();
    session.attachAgent(agent);
    session.agentReady('conv_1');
    session.agentAudio('AAAA', 1);
    session.agentAudio('BBBB', 1);
    expect(line.asked).toEqual([]);
    session.lineStarted(startOf());
    session.agentAudio('CCCC', 1);
    expect(line.played).toEqual(['AAAA', 'BBBB', 'CCCC']);
    expect(line.verbs).toEqual(['play', 'mark', 'play', 'play']);
  });

  it('marks every half second of what it plays, and the first of it after an interruption', () => {
    const rig = BridgeRig.talking();
    for (let piece = 0; piece < 11; piece += 1) rig.speaks(100, 1);
    expect(rig.line.marks).toHaveLength(3);
    rig.session.interrupted(1);
    rig.speaks(100, 2);
    expect(rig.line.marks).toHaveLength(4);
  });

  it('talks as soon as the line starts when the agent was ready before', () => {
    const { session, agent } = new BridgeRig();
    session.attachAgent(agent);
    session.agentReady('conv_1');
    session.lineStarted(startOf());
    session.callerAudio('AAAA', 0);
    expect(agent.heard).toEqual(['AAAA']);
  });

  it('counts what had to be thrown away while the agent was not there', () => {
    const { session, agent } = new BridgeRig();
    session.attachAgent(agent);
    session.lineStarted(startOf());
    const second = audioOf(1000);
    for (let at = 0; at < 62; at += 1) session.callerAudio(second, 0);
    session.agentReady('conv_1');
    expect(session.counters.heldFramesDropped).toBeGreaterThan(0);
    expect(agent.heard).toHaveLength(62 - session.counters.heldFramesDropped);
    expect(session.counters.callerFrames).toBe(62);
  });

  it('tells the start, the agent and the first audio, each once', () => {
    const rig = BridgeRig.talking();
    rig.speaks(100);
    rig.speaks(100);
    rig.session.lineStarted(startOf());
    expect(rig.told).toEqual(['line-started', 'agent-ready', 'first-audio']);
    expect(rig.session.counters.agentFrames).toBe(2);
  });

  it('plays no empty audio, and audio by the same rules for event id 0', () => {
    const rig = BridgeRig.talking();
    rig.session.agentAudio('', 1);
    expect(rig.line.asked).toEqual([]);
    rig.session.agentAudio('AAAA', 0);
    expect(rig.line.played).toEqual(['AAAA']);
  });
});

describe('a caller who cuts in', () => {
  it('silences the line at once and says what was thrown away', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000, 3);
    rig.clock.advance(400);
    rig.session.interrupted(4);
    expect(rig.line.verbs).toEqual(['play', 'mark', 'clear']);
    expect(rig.find('interrupted')).toEqual({
      type: 'interrupted',
      eventId: 4,
      cut: { clearedMs: 600, parts: [{ eventId: 3, sentMs: 1000, heardMs: 400 }] },
    });
  });

  it('never hears older audio afterwards, and hears audio of the same and of later events', () => {
    const rig = BridgeRig.talking();
    rig.session.interrupted(5);
    rig.session.agentAudio('OLD0', 4);
    rig.session.agentAudio('SAME', 5);
    rig.session.agentAudio('NEXT', 6);
    expect(rig.line.played).toEqual(['SAME', 'NEXT']);
    expect(rig.session.counters.staleFramesDropped).toBe(1);
  });

  it('stays with the newest interruption when an older one comes late', () => {
    const rig = BridgeRig.talking();
    rig.session.interrupted(5);
    rig.session.interrupted(2);
    rig.session.agentAudio('OLD0', 4);
    expect(rig.line.played).toEqual([]);
  });

  it('loses no reply when the interruption has no event id', () => {
    const rig = BridgeRig.talking();
    rig.speaks(500, 7);
    rig.session.interrupted(0);
    rig.session.agentAudio('NEXT', 8);
    expect(rig.line.verbs).toEqual(['play', 'mark', 'clear', 'play', 'mark']);
  });

  it('lets marks of the silenced audio prove nothing', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000, 1);
    rig.session.interrupted(2);
    const [cleared = ''] = rig.line.marks;
    rig.speaks(1000, 2);
    rig.session.markPlayed(cleared);
    rig.clock.advance(100);
    rig.session.interrupted(3);
    const cuts = rig.facts.filter(({ type }) => type === 'interrupted');
    expect(cuts[1]).toMatchObject({ cut: { parts: [{ eventId: 2, heardMs: 100 }] } });
  });

  it('throws away what waits for the line, and clears nothing on a line that has not started', () => {
    const { session, agent, line } = new BridgeRig();
    session.attachAgent(agent);
    session.agentReady('conv_1');
    session.agentAudio('OLD0', 1);
    // Without an id nothing is stale by its number: it is gone because it was waiting.
    session.interrupted(0);
    session.lineStarted(startOf());
    expect(line.asked).toEqual([]);
  });
});

describe('keys that the caller presses', () => {
  it('reach the agent as one turn in words', () => {
    const rig = BridgeRig.talking();
    for (const digit of '47#') rig.session.digit(digit);
    expect(rig.find('digits')).toEqual({ type: 'digits', digits: '47#' });
    expect(rig.agent.asked.at(-1)).toEqual(['say', 'The caller pressed 47# on the keypad.']);
  });

  it('wait for the agent like the voice, and come after what was said before', () => {
    const { session, agent } = new BridgeRig();
    session.attachAgent(agent);
    session.lineStarted(startOf());
    session.callerAudio('AAAA', 0);
    session.digit('#');
    session.agentReady('conv_1');
    expect(agent.verbs).toEqual(['begin', 'audio', 'say']);
  });

  it('are nobody’s after the end', () => {
    const rig = BridgeRig.talking();
    rig.session.digit('1');
    rig.session.end('hung-up-by-api');
    rig.session.digit('2');
    rig.clock.advance(5000);
    expect(rig.agent.verbs).not.toContain('say');
    expect(rig.told.at(-1)).toBe('ended');
  });
});

describe('the queue of the vendor', () => {
  it('holds the caller again, as long as the queue may last', () => {
    const rig = BridgeRig.talking();
    rig.session.agentQueued();
    rig.session.callerAudio('AAAA', 0);
    rig.clock.advance(LIMITS.agentReadyTimeoutMs + 1);
    expect(rig.isEnded).toBe(false);
    expect(rig.agent.heard).toEqual([]);
    rig.session.agentReady('conv_1');
    expect(rig.agent.heard).toEqual(['AAAA']);
    expect(rig.told).toContain('agent-queued');
  });

  it('ends the call by name when it lasts too long', () => {
    const rig = BridgeRig.talking();
    rig.session.agentQueued();
    rig.clock.advance(LIMITS.agentQueueTimeoutMs);
    expect(rig.ending).toMatchObject({
      reason: 'agent-failed',
      failure: { code: 'agent-busy' },
      lineUp: true,
    });
  });

  it('holds the caller too when it was told before the line had started', () => {
    const { session, agent, clock, facts } = new BridgeRig();
    session.attachAgent(agent);
    session.agentReady('conv_1');
    session.agentQueued();
    session.lineStarted(startOf());
    session.callerAudio('AAAA', 0);
    expect(agent.heard).toEqual([]);
    clock.advance(LIMITS.agentQueueTimeoutMs - 1);
    expect(facts.map(({ type }) => type)).not.toContain('ended');
    session.agentReady('conv_1');
    expect(agent.heard).toEqual(['AAAA']);
  });
});
