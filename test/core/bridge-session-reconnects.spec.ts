/** An agent that is gone in the middle of a call: the call goes on with another conversation, and nobody hears a word twice. */
import { BridgeRig, type RigOptions } from './bridge-rig.js';
import type { FakeAgentLeg } from '../support/fake-legs.js';
import { audioOf, startOf } from '../support/builders.js';

const LOST = { code: 'agent-lost', detail: 'ElevenLabs closed with 1006' } as const;
const AGAIN: RigOptions = { recovery: { attempts: 3 } };

/** The agent has greeted; the caller answered; the agent answers with `text`, of which `sentMs` came. */
function broken(text: string, sentMs: number, options: RigOptions = AGAIN): BridgeRig {
  const rig = BridgeRig.talking(options);
  rig.session.agentSaid('Hello John', 1);
  rig.speaks(600, 1);
  rig.session.callerSaid('What do you have?', 2);
  rig.session.agentSaid(text, 3);
  if (sentMs > 0) rig.speaks(sentMs, 3);
  rig.session.agentGone(LOST, 'agent-failed');
  rig.clock.advance(0);
  return rig;
}

function newest(rig: BridgeRig): FakeAgentLeg {
  const agent = rig.agents.at(-1);
  if (!agent) throw new Error('none was opened');
  return agent;
}

function told(agent: FakeAgentLeg): { context: string; asked: string[] } {
  const informed = agent.asked.find(([verb]) => verb === 'inform')?.[1];
  const context = typeof informed === 'object' && 'text' in informed ? informed.text : '';
  return { context, asked: agent.asked.flatMap(([verb, text]) => (verb === 'say' ? [text] : [])) };
}

describe('a conversation that broke off', () => {
  it('is followed by another one, with the variables and overrides of the call', () => {
    const rig = broken('We have tea', 700);
    expect(rig.isEnded).toBe(false);
    expect(newest(rig).asked).toEqual([
      ['begin', { variables: { name: 'John', call_reconnects: 1 }, overrides: { language: 'de' } }],
    ]);
    expect(rig.find('agent-lost')).toMatchObject({ failure: LOST, agentId: null, attempt: 1 });
  });

  it('hands over what was said, of the last words what was heard, and asks the agent to go on', () => {
    // 66 ms a character: of 1,452 ms half came.
    const rig = broken('We have tea and coffee', 726);
    rig.session.agentReady('conv_2');
    const { context, asked } = told(newest(rig));
    expect(context).toContain(
      'Agent: Hello John\nCaller: What do you have?\nAgent: We have tea (cut off here)',
    );
    expect(asked).toEqual([expect.stringContaining('broke off')]);
    expect(rig.find('agent-lost')?.brokenOff).toEqual({ eventId: 3, heard: 'We have tea' });
  });

  it('leaves the turn to the caller when the agent had said all', () => {
    const rig = broken('We have tea', 700);
    rig.session.agentReady('conv_2');
    expect(told(newest(rig)).context).toContain('Agent: We have tea');
    expect(told(newest(rig)).asked).toEqual([]);
  });

  it('has the caller answered who had not been', () => {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.agentSaid('Hello John', 1);
    rig.speaks(700, 1);
    rig.session.callerSaid('Do you have tea?', 2);
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    rig.session.agentReady('conv_2');
    expect(told(newest(rig)).asked).toEqual(['Do you have tea?']);
  });

  it('is cut where the agent spelt it out, whatever its pace', () => {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.agentSaid('One two three', 1);
    rig.session.agentAudio(audioOf(5000), 1, 'One two');
    rig.session.agentGone(LOST, 'agent-failed');
    expect(rig.find('agent-lost')?.brokenOff).toEqual({ eventId: 1, heard: 'One two' });
  });

  it('plays what it had sent to its end', () => {
    const rig = broken('We have tea and coffee', 726);
    rig.session.agentReady('conv_2');
    rig.session.interrupted(1);
    expect(rig.line.verbs).not.toContain('clear');
  });

  it('does not greet the caller again, and is heard as soon as it goes on', () => {
    const rig = broken('We have tea and coffee', 726);
    rig.session.agentReady('conv_2');
    const before = rig.line.played.length;
    rig.session.agentAudio(audioOf(20, 1), 1);
    rig.session.agentSaid('Hello John', 1);
    rig.session.agentAudio(audioOf(20, 2), 1);
    expect(rig.line.played).toHaveLength(before);
    rig.session.agentAudio(audioOf(20, 3), 2);
    rig.session.agentSaid('and coffee', 2);
    rig.session.agentAudio(audioOf(20, 4), 1);
    expect(rig.line.played.slice(before)).toEqual([audioOf(20, 3)]);
    const said = rig.facts.flatMap((fact) => (fact.type === 'agent-said' ? [fact] : []));
    expect(said.map(({ text }) => text)).toEqual(['Hello John', 'We have tea and coffee', 'and coffee']);
    expect(new Set(said.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('is heard from its first word where the agent greets nobody', () => {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.callerSaid('Hello?', 1);
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    rig.session.agentReady('conv_2');
    rig.session.agentAudio(audioOf(20), 1);
    expect(rig.line.played).toEqual([audioOf(20)]);
  });

  it('says nothing of a call that had not begun', () => {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    rig.session.agentReady('conv_2');
    rig.session.agentAudio(audioOf(20), 1);
    expect(newest(rig).verbs).toEqual(['begin']);
    expect(rig.line.played).toEqual([audioOf(20)]);
  });

  it('gets what the caller said meanwhile', () => {
    const rig = broken('We have tea', 700);
    rig.session.callerAudio('AAAA', 0);
    rig.session.digit('4');
    rig.session.agentReady('conv_2');
    expect(newest(rig).heard).toEqual(['AAAA']);
  });

  it('is told once more what the queue of the vendor threw away', () => {
    const rig = broken('We have tea and coffee', 726);
    rig.session.agentReady('conv_2');
    rig.session.agentQueued();
    rig.session.agentReady('conv_2');
    expect(newest(rig).verbs.filter((verb) => verb === 'inform')).toHaveLength(2);
  });
});

describe('a tool whose conversation broke off', () => {
  const asks = { id: 't1', name: 'look_up', input: { no: 7 }, expectsResponse: true };
  const result = { text: 'in stock', outcome: 'ok', durationMs: 5 } as const;

  function asked(): BridgeRig {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.callerSaid('Is it there?', 1);
    rig.session.toolCalled(asks);
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    return rig;
  }

  it('is not run twice, and its result is said when it comes', async () => {
    const rig = asked();
    rig.session.agentReady('conv_2');
    expect(told(newest(rig))).toMatchObject({ context: expect.stringContaining('Still running'), asked: [] });
    rig.tools.running[0]?.resolve(result);
    await rig.clock.pass(0);
    expect(told(newest(rig)).asked).toEqual([expect.stringContaining('look_up')]);
    expect(newest(rig).verbs).not.toContain('tool');
    expect(rig.tools.running).toHaveLength(1);
  });

  it('is handed over with its result when that came before the next conversation', async () => {
    const rig = asked();
    rig.tools.running[0]?.resolve(result);
    await rig.clock.pass(0);
    rig.session.agentReady('conv_2');
    const { context, asked: said } = told(newest(rig));
    expect(context).toContain('Tool look_up with {"no":7} answered (ok): in stock');
    expect(said).toEqual([expect.stringContaining('result of the tool')]);
  });
});

describe('an agent that does not come back', () => {
  it('is given up after as many tries as are allowed', () => {
    const rig = broken('We have tea', 700, { recovery: { attempts: 2 } });
    for (const pauseMs of [500, 0]) {
      rig.session.agentGone(LOST, 'agent-failed');
      rig.clock.advance(pauseMs);
    }
    expect(rig.agents).toHaveLength(2);
    expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: LOST, lineUp: true });
  });

  it('is waited for longer and longer, and not at all again once it was there', () => {
    const rig = broken('We have tea', 700, { recovery: { attempts: 4 } });
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(499);
    expect(rig.agents).toHaveLength(1);
    rig.clock.advance(1);
    expect(rig.agents).toHaveLength(2);
    rig.session.agentReady('conv_3');
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    expect(rig.agents).toHaveLength(3);
  });

  it('is replaced by another, which is told that it takes over and may say what it says first', () => {
    const rig = broken('We have tea', 700, { recovery: { attempts: 1, fallbackAgentId: 'agent_2' } });
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(0);
    expect(rig.opened).toEqual([undefined, 'agent_2']);
    rig.session.agentReady('conv_3');
    expect(told(newest(rig)).context).toContain('You take over a phone call');
    const before = rig.line.played.length;
    rig.session.agentAudio(audioOf(20), 1);
    expect(rig.line.played).toHaveLength(before + 1);
  });

  it.each(['agent-quota', 'agent-override-refused', 'agent-missing-variable', 'agent-format'] as const)(
    'is not asked again after %s',
    (code) => {
      const rig = BridgeRig.talking(AGAIN);
      rig.session.agentGone({ code, detail: 'as it says' }, 'agent-failed');
      expect(rig.agents).toEqual([]);
      expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: { code } });
    },
  );

  it('is not asked again when its own queue was too long', () => {
    const rig = BridgeRig.talking({ recovery: { attempts: 3, fallbackAgentId: 'agent_2' } });
    rig.session.agentQueued();
    rig.clock.advance(20_000);
    rig.clock.advance(0);
    expect(rig.opened).toEqual(['agent_2']);
  });

  it('is not missed by a call that is ending', () => {
    const rig = BridgeRig.talking(AGAIN);
    rig.session.agentEnding();
    rig.session.agentGone(LOST, 'agent-failed');
    expect(rig.agents).toEqual([]);
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('leaves nothing behind when the caller hangs up meanwhile', () => {
    const rig = BridgeRig.talking({ ...AGAIN, hasBridgingSound: true });
    rig.session.agentGone(LOST, 'agent-failed');
    rig.session.lineStopped();
    rig.clock.advance(60_000);
    expect(rig.agents).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });

  it('is tried as often again after a conversation that went well', () => {
    const rig = BridgeRig.talking({ recovery: { attempts: 1 } });
    for (let loss = 1; loss <= 3; loss += 1) {
      rig.clock.advance(29_000);
      rig.session.callerAudio('AAAA', 0);
      rig.clock.advance(1000);
      rig.session.agentGone(LOST, 'agent-failed');
      rig.clock.advance(0);
      rig.session.agentReady(`conv_${loss + 1}`);
    }
    expect(rig.agents).toHaveLength(3);
    expect(rig.isEnded).toBe(false);
  });
});

describe('a caller without an agent', () => {
  it('hears that the line is alive after a second and a half of silence, until the agent speaks', () => {
    const rig = broken('We have tea and coffee', 800, { ...AGAIN, hasBridgingSound: true });
    const played = rig.line.played.length;
    // 600 and 800 ms were sent, and are still to be heard.
    rig.clock.advance(1400 + 1499);
    expect(rig.line.played).toHaveLength(played);
    rig.clock.advance(1 + 400);
    expect(rig.line.played.length - played).toBe(3);
    rig.session.agentReady('conv_2');
    rig.clock.advance(200);
    expect(rig.line.played.length - played).toBe(4);
    rig.session.agentAudio(audioOf(20), 1);
    rig.session.agentAudio(audioOf(20), 2);
    rig.clock.advance(5000);
    expect(rig.line.played.length - played).toBe(5);
  });

  it('hears nothing of it while the agent comes as usual', () => {
    const rig = new BridgeRig({ hasBridgingSound: true });
    rig.session.attachAgent(rig.agent);
    rig.session.lineStarted(startOf());
    rig.clock.advance(1400);
    rig.session.agentReady('conv_1');
    rig.clock.advance(20_000);
    expect(rig.line.played).toEqual([]);
  });

  it('hears it in the queue of the vendor', () => {
    const rig = BridgeRig.talking({ hasBridgingSound: true });
    rig.session.agentQueued();
    rig.clock.advance(1500);
    expect(rig.line.played).toHaveLength(1);
  });
});

describe('a line that comes back from a person', () => {
  const BEFORE = {
    note: 'The caller was to be put through to sales, who could not be reached (busy).',
    events: [
      { type: 'turn.agent', details: { text: 'Hello John', eventId: 1 } },
      { type: 'turn.caller', details: { text: 'Sales, please', eventId: 4 } },
      { type: 'session.ended', details: { parts: [] } },
    ].map((event, seq) => ({ ...event, at: seq, seq: seq + 1, callId: 'call_1', cursor: '' })),
  } as unknown as NonNullable<RigOptions['before']>;

  it('finds an agent that knows the call and why it is back, is asked to speak, and greets nobody again', () => {
    const rig = BridgeRig.talking({ before: BEFORE });
    const { context, asked } = told(rig.agent);
    expect(context).toContain('could not be reached (busy)');
    expect(context).toContain('Agent: Hello John\nCaller: Sales, please');
    expect(asked).toEqual([expect.stringContaining('with you again')]);
    rig.session.agentSaid('Hello John', 1);
    rig.speaks(500, 1);
    expect(rig.line.played).toEqual([]);
    rig.session.agentSaid('Sales is busy.', 2);
    rig.speaks(500, 2);
    expect(rig.line.played).toHaveLength(1);
    // On record the numbers go on, so that no cut is taken for one of before.
    expect(rig.find('agent-said')).toMatchObject({ text: 'Sales is busy.', eventId: 7 });
  });

  it('is told only why where nothing is known of the call', () => {
    const rig = BridgeRig.talking({ before: { note: 'You are back.', events: [] } });
    expect(told(rig.agent).context).toContain('You are back.');
    expect(told(rig.agent).asked).toHaveLength(1);
    rig.session.agentSaid('Hello', 1);
    rig.speaks(100, 1);
    expect(rig.line.played).toHaveLength(1);
  });
});
