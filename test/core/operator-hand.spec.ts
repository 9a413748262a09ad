/** What people and tools do to a conversation from outside: telling, muting, keys, taking over. */
import { tonesOf } from '../../src/core/audio/keypad-tones.js';
import { CordboardError } from '../../src/core/errors.js';
import { startOf } from '../support/builders.js';
import { BridgeRig } from './bridge-rig.js';

describe('telling the agent something', () => {
  it('gives it as context or as a turn of the caller', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.message('A premium customer.', 'context', 'key_1');
    rig.session.hand.message('Seven.', 'user', 'key_1');
    expect(rig.agent.asked.slice(-2)).toEqual([
      ['inform', { text: 'A premium customer.', contextId: undefined }],
      ['say', 'Seven.'],
    ]);
    expect(rig.find('agent-told')).toMatchObject({ role: 'context', by: 'key_1' });
  });

  it('is refused before the agent is there', () => {
    const rig = new BridgeRig();
    rig.session.attachAgent(rig.agent);
    rig.session.lineStarted(startOf());
    expect(() => rig.session.hand.message('x', 'user', 'key_1')).toThrow(CordboardError);
    expect(rig.agent.verbs).toEqual(['begin']);
  });
});

describe('a muted agent', () => {
  it('is cut at once, goes on hearing, and is not played until it may speak again', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.clock.advance(400);
    rig.session.hand.mute(true, 'key_1');
    rig.session.hand.mute(true, 'key_1');
    expect(rig.line.verbs.at(-1)).toBe('clear');
    expect(rig.find('agent-cut')?.cut.clearedMs).toBe(600);
    rig.speaks(500, 2);
    rig.session.agentSaid('Nobody hears this.', 2);
    rig.session.callerAudio('AAAA', 20);
    expect(rig.line.played).toHaveLength(1);
    expect(rig.agent.heard).toEqual(['AAAA']);
    expect(rig.facts.at(-1)).toMatchObject({ type: 'agent-said', isMuted: true });
    rig.session.hand.mute(false, 'key_1');
    rig.speaks(500, 3);
    expect(rig.line.played).toHaveLength(2);
    expect(rig.facts.filter(({ type }) => type === 'agent-muted')).toHaveLength(2);
  });

  it('clears nothing of the line by an interruption', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.mute(true, 'key_1');
    const clears = rig.line.verbs.filter((verb) => verb === 'clear').length;
    rig.session.interrupted(4);
    expect(rig.line.verbs.filter((verb) => verb === 'clear')).toHaveLength(clears);
    rig.session.hand.mute(false, 'key_1');
    rig.speaks(100, 3);
    expect(rig.line.played).toEqual([]);
  });
});

describe('keys', () => {
  it('are played behind what the agent is saying', () => {
    const rig = BridgeRig.talking();
    rig.speaks(1000);
    rig.session.hand.press('12', 'key_1');
    expect(rig.line.played.at(-1)).toBe(tonesOf('12').toString('base64'));
    expect(rig.find('keys-played')).toMatchObject({ digits: '12', by: 'key_1' });
  });

  it('that were not heard to their end are pressed again when the other side cuts in', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.press('1234', 'agent');
    // One and a half keys were heard: the second is pressed again.
    rig.clock.advance(300);
    rig.session.interrupted(5);
    expect(rig.line.verbs.slice(-3)).toContain('clear');
    expect(rig.line.played.at(-1)).toBe(tonesOf('234').toString('base64'));
    rig.clock.advance(600);
    rig.session.interrupted(6);
    expect(rig.line.played).toHaveLength(2);
  });
});

describe('an operator in the place of the agent', () => {
  const sound = Buffer.alloc(160, 0x40);

  it('is heard instead of it until the call is given back', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.operatorAudio('key_1', sound);
    expect(rig.line.played).toEqual([]);
    rig.session.hand.takeOver('key_1');
    rig.speaks(100);
    rig.session.hand.operatorAudio('key_2', sound);
    rig.session.hand.operatorAudio('key_1', sound);
    expect(rig.line.played).toEqual([sound.toString('base64')]);
    rig.session.hand.giveBack('key_1');
    rig.speaks(100, 2);
    expect(rig.line.played).toHaveLength(2);
    expect(rig.agent.asked.filter(([verb]) => verb === 'inform')).toHaveLength(2);
    expect(() => rig.session.hand.giveBack('key_1')).toThrow('call-not-taken-over');
  });

  it('is left out when more is sent than the line can play', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.takeOver('key_1');
    for (let piece = 0; piece < 10; piece += 1)
      rig.session.hand.operatorAudio('key_1', Buffer.alloc(8000, 0x40));
    expect(rig.line.played).toHaveLength(2);
  });

  it('keeps the caller when the agent ends, and the call ends when it would be given back', () => {
    const rig = BridgeRig.talking();
    rig.session.hand.takeOver('key_1');
    rig.session.agentEnding();
    rig.session.agentGone(undefined, 'agent-ended');
    rig.session.hand.operatorAudio('key_1', sound);
    expect(rig.line.played).toHaveLength(1);
    expect(rig.ending).toBeUndefined();
    rig.session.hand.giveBack('key_1');
    expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: { code: 'agent-lost' } });
  });
});

describe('a line that is taken elsewhere', () => {
  it.each([
    ['stops', (rig: BridgeRig) => rig.session.lineStopped()],
    ['breaks off', (rig: BridgeRig) => rig.session.lineGone(false, 'gone')],
  ])('ends the conversation as transferred when it %s', (_how, goes) => {
    const rig = BridgeRig.talking();
    rig.session.isLeaving = true;
    goes(rig);
    expect(rig.ending).toMatchObject({ reason: 'transferred', failure: undefined });
  });
});
