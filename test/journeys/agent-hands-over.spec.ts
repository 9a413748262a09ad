/** An agent that hands its caller to a person, and presses keys of a menu, by its tools. */
import { WholeSystem, eventually, isOver } from '../support/whole-system.js';

const SALES = '+14155550177';

describe('the tools of an agent for the line', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: ({ to }) => ({
        answer: { kind: 'answers', afterMs: 10 },
        steps: [{ step: 'hears-agent-out' }],
        dial: to.endsWith('1')
          ? { outcome: 'completed', presses: '1', talkMs: 100 }
          : { outcome: 'no-answer' },
      }),
      agents: {
        agent_hands: {
          firstMessage: 'One moment, I am putting you through to sales.',
          steps: [
            {
              step: 'calls-tool',
              name: 'transfer_call',
              parameters: { destination: 'Sales', summary: 'John asks about order seven.' },
              save: 'answer',
            },
            { step: 'stalls-for-ever' },
          ],
        },
        agent_asks: {
          firstMessage: '',
          steps: [
            {
              step: 'calls-tool',
              name: 'transfer_call',
              parameters: { destination: '+14155550166' },
              save: 'number',
            },
            { step: 'calls-tool', name: 'press_keys', parameters: { digits: '42#' }, save: 'keys' },
            { step: 'stalls-for-ever' },
          ],
        },
      },
      variables: { TRANSFER_TARGETS: `sales=${SALES},support=+14155550178` },
    });
  });
  afterAll(() => system.stop());

  it('hand the call over by name, when the announcement was heard', async () => {
    const { record, line } = await system.place({ to: '+14155550131', agentId: 'agent_hands' });
    await line.settled();
    expect(line.dials).toEqual([expect.objectContaining({ to: SALES, status: 'completed' })]);
    expect(line.dials[0]?.whispers[0]).toContain('John asks about order seven.');
    const ended = await eventually(() => system.callRecord(record.id), isOver);
    expect(ended).toMatchObject({
      endReason: 'transferred',
      transfer: { mode: 'warm', target: 'sales', by: 'agent', outcome: 'completed' },
    });
    expect(line.cleared.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(0);
    const { body } = await system.request<{ data: { role: string; heard: string }[] }>(
      'GET',
      `/calls/${record.id}/transcript`,
    );
    expect(body.data[0]?.heard).toBe('One moment, I am putting you through to sales.');
  });

  it('give the caller back, with the name of whom nobody reached', async () => {
    const { record, line } = await system.place({ to: '+14155550132', agentId: 'agent_hands' });
    await line.until('in-progress');
    await eventually(
      () => Promise.resolve(line.streams.length),
      (streams) => streams === 2,
    );
    expect((await system.callRecord(record.id)).transfer).toMatchObject({ outcome: 'no-answer' });
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
  });

  it('take no number of a caller, and press keys that are heard', async () => {
    const { record, line } = await system.place({ to: '+14155550133', agentId: 'agent_asks' });
    await eventually(
      () => Promise.resolve(line.heardKeys),
      (keys) => keys === '42#',
    );
    const { body } = await system.request<{ data: { name?: string; text: string; outcome?: string }[] }>(
      'GET',
      `/calls/${record.id}/transcript`,
    );
    expect(body.data.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['transfer_call', 'failed'],
      ['press_keys', 'ok'],
    ]);
    expect(body.data[0]?.text).toBe(
      'There is nobody named so. You can put calls through to: sales, support.',
    );
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
    expect(line.dials).toEqual([]);
  });
});
