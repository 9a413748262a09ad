import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import { WholeSystem, eventually, isOver, type CallJson } from '../support/whole-system.js';

const listens: CallerScript = {
  answer: { kind: 'answers', afterMs: 0 },
  steps: [{ step: 'hears-agent-out' }, { step: 'hangs-up' }],
};

async function recordOf(system: WholeSystem, sid: string): Promise<CallJson> {
  const list = await system.request<{ data: CallJson[] }>('GET', '/calls');
  const found = list.body.data.find((call) => call['twilioCallSid'] === sid);
  if (!found) throw new Error('no record of this call');
  return found;
}

describe('a call that was not started here', () => {
  let system: WholeSystem;

  beforeAll(async () => {
    system = await WholeSystem.start({ agent: { firstMessage: 'Hi, {{name}}', steps: [] } });
  });
  afterAll(() => system.stop());

  it('comes in and is answered by the agent, with variables from the address', async () => {
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml?name=Mary`,
      from: '+14155550177',
      to: '+14155550100',
      script: listens,
    });
    const conversation = await system.elevenlabs.nextConversation();
    await line.settled();
    expect(conversation.turns[0]?.text).toBe('Hi, Mary');
    expect(conversation.initiation).toMatchObject({ dynamic_variables: { caller_phone: '+14155550177' } });
    const record = await eventually(() => recordOf(system, line.sid), isOver);
    expect(record).toMatchObject({
      direction: 'inbound',
      status: 'completed',
      endReason: 'caller-hung-up',
      from: '+14155550177',
      variables: { name: 'Mary' },
    });
  });

  it('was placed by another program and takes the same way, also by GET', async () => {
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml?name=John`,
      voiceMethod: 'GET',
      direction: 'outbound-api',
      from: '+14155550100',
      to: '+14155550188',
      script: listens,
    });
    const conversation = await system.elevenlabs.nextConversation();
    await line.settled();
    expect(conversation.turns[0]?.text).toBe('Hi, John');
    expect(line.customParameters).toEqual({ name: 'John' });
    const record = await eventually(() => recordOf(system, line.sid), isOver);
    expect(record).toMatchObject({
      direction: 'outbound',
      variables: { name: 'John' },
      endReason: 'caller-hung-up',
    });
  });
});

describe('a replica that is full', () => {
  it('lets another caller hear the busy tone without answering', async () => {
    const system = await WholeSystem.start({
      agent: { firstMessage: 'Hello', steps: [] },
      variables: { MAX_CONCURRENT_CALLS: '1' },
    });
    const address = { voiceUrl: `${system.url}/twiml`, from: '+14155550177', to: '+14155550100' };
    const first = system.twilio.placeInbound({
      ...address,
      script: { answer: { kind: 'answers', afterMs: 0 }, steps: [] },
    });
    await system.elevenlabs.nextConversation();
    const second = system.twilio.placeInbound({ ...address, script: listens });
    await second.settled();
    expect(second.status).toBe('busy');
    const refused = await system.request<{ code: string }>('POST', '/calls', { to: '+14155550123' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'at-capacity' } });
    expect(first.isEnded).toBe(false);
    await system.stop();
  });
});
