/** Callers whose agent is not to be had: a person is rung for them, and what they hear is in their language. */
import type { CallerScript, DialResult } from '../../src/simulators/twilio/caller-script.js';
import { eventually, isOver, WholeSystem, type CallJson } from '../support/whole-system.js';

const PERSON = '+14155550199';
/** By the last digit of the number called. */
const DIALS: Readonly<Record<string, DialResult>> = {
  '1': { outcome: 'completed', talkMs: 100 },
  '2': { outcome: 'no-answer' },
};
const GERMAN = /^Entschuldigung/;

const caller = (to: string): CallerScript => ({
  answer: { kind: 'answers', afterMs: 10 },
  steps: [],
  ...(DIALS[to.slice(-1)] ? { dial: DIALS[to.slice(-1)] } : {}),
});

async function typesOf(system: WholeSystem, id: string): Promise<string[]> {
  const { body } = await system.request<{ data: { type: string }[] }>('GET', `/calls/${id}/events?limit=100`);
  return body.data.map(({ type }) => type);
}

describe('a person who is named for callers without an agent', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: ({ to }) => caller(to),
      agents: {
        agent_poor: { firstMessage: 'Hello.', steps: [{ step: 'listens' }], faults: { quotaAfterMs: 200 } },
        agent_gone: { firstMessage: 'Hello.', steps: [], faults: { signedUrl: { status: 404 } } },
      },
      variables: { FALLBACK_NUMBER: PERSON, AGENT_RECONNECTS: '1' },
    });
  });
  afterAll(() => system.stop());

  it('is rung where the quota is used up, and talks with a caller who heard why in their language', async () => {
    const overrides = { language: 'de' };
    const { record, line } = await system.place({ to: '+14155550121', agentId: 'agent_poor', overrides });
    await line.settled();
    expect(line.says).toEqual(['Einen Moment bitte, ich verbinde Sie mit einem Menschen.']);
    expect(line.dials).toEqual([expect.objectContaining({ to: PERSON, status: 'completed' })]);
    expect(line.dials[0]?.whispers[0]).toContain('assistant of this call is not available');
    expect(await eventually(() => system.callRecord(record.id), isOver)).toMatchObject({
      endReason: 'transferred',
      transfer: { by: 'fallback', mode: 'cold', outcome: 'completed' },
    });
    expect(await typesOf(system, record.id)).toEqual(
      expect.arrayContaining(['agent.given-up', 'transfer.started', 'transfer.connected']) as string[],
    );
    expect(line.warnings).toEqual([]);
  });

  it('is followed by the apology where nobody takes the call', async () => {
    const overrides = { language: 'de' };
    const { record, line } = await system.place({ to: '+14155550122', agentId: 'agent_poor', overrides });
    await line.settled();
    expect(line.says).toEqual([expect.stringContaining('verbinde'), expect.stringMatching(GERMAN) as string]);
    expect(line.streams).toHaveLength(1);
    expect(await eventually(() => system.callRecord(record.id), isOver)).toMatchObject({
      endReason: 'agent-failed',
      transfer: { by: 'fallback', outcome: 'no-answer' },
    });
  });

  it('is rung for somebody who calls while there is no such agent, and not for somebody who is called', async () => {
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml?agentId=agent_gone`,
      from: '+14155550177',
      to: '+14155550100',
      script: caller('1'),
    });
    await line.settled();
    expect(line.dials).toEqual([expect.objectContaining({ to: PERSON, status: 'completed' })]);
    const { record, line: rung } = await system.place({ to: '+14155550121', agentId: 'agent_gone' });
    await rung.settled();
    expect(rung.dials).toEqual([]);
    expect(await eventually(() => system.callRecord(record.id), isOver)).toMatchObject({
      endReason: 'agent-failed',
    });
  });
});

describe('an apology', () => {
  it('is that of the deployment, in the language that calls have where none is named', async () => {
    const system = await WholeSystem.start({
      caller: ({ to }) => caller(to),
      agent: { firstMessage: 'Hello.', steps: [{ step: 'listens' }], faults: { quotaAfterMs: 200 } },
      variables: { CALL_LANGUAGE: 'fr', APOLOGY_MESSAGE: '{"fr":"Rappelez plus tard.","en":"Later."}' },
    });
    try {
      const { record, line } = await system.place();
      await line.settled();
      expect(line.says).toEqual(['Rappelez plus tard.']);
      const ended: CallJson = await eventually(() => system.callRecord(record.id), isOver);
      expect(ended).toMatchObject({ endReason: 'agent-failed', failure: { code: 'agent-quota' } });
    } finally {
      await system.stop();
    }
  });
});
