/** No agent is to be had: a person is rung where one is named, an operator who has the caller keeps them, or the call ends. */
import { BridgeRig, type RigOptions } from './bridge-rig.js';
import { startOf } from '../support/builders.js';

const LOST = { code: 'agent-lost', detail: 'ElevenLabs closed with 1006' } as const;
const REFUSED = { code: 'agent-quota', detail: 'The quota is used up.' } as const;

/** A rig whose person is rung, and how often that was asked for. */
function withPerson(options: RigOptions = {}, answer: () => Promise<void> = () => Promise.resolve()) {
  const asked: number[] = [];
  const rig: BridgeRig = new BridgeRig({
    ...options,
    handToPerson: () => {
      asked.push(rig.clock.now());
      return answer();
    },
  });
  rig.session.attachAgent(rig.agent);
  return { rig, asked };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('a caller whose agents are all gone', () => {
  it('is handed to a person, once what the agent said is heard', async () => {
    const { rig, asked } = withPerson();
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    rig.speaks(800);
    const from = rig.clock.now();
    rig.session.agentGone(LOST, 'agent-failed');
    expect(rig.isEnded).toBe(false);
    expect(rig.find('agent-given-up')).toEqual({ type: 'agent-given-up', failure: LOST });
    await turn();
    expect(asked).toEqual([]);
    rig.clock.advance(800);
    await turn();
    expect(asked).toEqual([from + 800]);
    rig.session.isLeaving = true;
    rig.session.lineStopped();
    expect(rig.ending).toMatchObject({ reason: 'transferred' });
  });

  it('is handed over as soon as the line is there, where the agent was refused before', async () => {
    const { rig, asked } = withPerson();
    rig.session.agentGone(REFUSED, 'agent-failed');
    await turn();
    expect(asked).toEqual([]);
    rig.session.lineStarted(startOf());
    await turn();
    expect(asked).toHaveLength(1);
    rig.clock.advance(20_000);
    expect(rig.isEnded).toBe(false);
  });

  it('hears the bridging sound while the person is asked for', async () => {
    const { rig } = withPerson({ hasBridgingSound: true }, () => new Promise(() => undefined));
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(2000);
    await turn();
    expect(rig.line.played.length).toBeGreaterThan(0);
  });

  it('hears the apology where the person cannot be rung, with the failure of the agent', async () => {
    const { rig } = withPerson({}, () => Promise.reject(new Error('no such number')));
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    rig.session.agentGone(LOST, 'agent-failed');
    await turn();
    expect(rig.ending).toMatchObject({ reason: 'agent-failed', failure: LOST });
  });

  it('is handed over only after every agent was tried', () => {
    const { rig, asked } = withPerson({ recovery: { attempts: 1, fallbackAgentId: 'agent_2' } });
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    for (let lost = 0; lost < 2; lost += 1) {
      rig.session.agentGone(LOST, 'agent-failed');
      rig.clock.advance(0);
    }
    expect(rig.opened).toEqual([undefined, 'agent_2']);
    expect(rig.find('agent-given-up')).toBeUndefined();
    rig.session.agentGone(REFUSED, 'agent-failed');
    expect(rig.find('agent-given-up')).toBeDefined();
    expect(asked.length).toBeLessThan(2);
  });

  it('is not handed to anybody where the agent ended the conversation', () => {
    const { rig, asked } = withPerson();
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    rig.session.agentGone(undefined, 'agent-ended');
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
    expect(asked).toEqual([]);
  });
});

describe('an operator who has the caller', () => {
  it('keeps them while another conversation is opened, which is told to be silent', () => {
    const rig = BridgeRig.talking({ recovery: { attempts: 3 }, hasBridgingSound: true });
    rig.session.agentSaid('Hello', 1);
    rig.speaks(200);
    rig.clock.advance(200);
    rig.session.hand.takeOver('key_1');
    const played = rig.line.played.length;
    rig.session.agentGone(LOST, 'agent-failed');
    rig.clock.advance(5000);
    expect(rig.line.played).toHaveLength(played);
    rig.session.hand.operatorAudio('key_1', Buffer.alloc(160, 0xff));
    expect(rig.line.played).toHaveLength(played + 1);
    rig.session.agentReady('conv_2');
    const [agent] = rig.agents;
    expect(agent?.verbs).not.toContain('say');
    expect(agent?.asked.at(-1)).toMatchObject([
      'inform',
      { text: expect.stringContaining('A person has taken over') as string },
    ]);
    rig.session.hand.giveBack('key_1');
    rig.speaks(200, 2);
    expect(rig.isEnded).toBe(false);
  });

  it('keeps them where no agent is to be had, and gives them to the person named for that', async () => {
    const { rig, asked } = withPerson();
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    rig.session.hand.takeOver('key_1');
    rig.session.agentGone(LOST, 'agent-failed');
    await turn();
    expect(asked).toEqual([]);
    rig.session.hand.press('5', 'key_1');
    rig.session.hand.giveBack('key_1');
    rig.clock.advance(1000);
    await turn();
    expect(asked).toHaveLength(1);
    expect(rig.isEnded).toBe(false);
  });
});
