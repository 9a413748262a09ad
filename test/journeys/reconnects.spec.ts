/** An agent whose socket dies in the middle of a call: the caller keeps the line, and hears the rest from another conversation. */
import { eventually, isOver, WholeSystem } from '../support/whole-system.js';
import type { AgentScript, AgentStep } from '../../src/simulators/elevenlabs/agent-script.js';

const DROPS: readonly (readonly [string, AgentStep])[] = [
  ['without a word', { step: 'loses-socket' }],
  ['with a close of the server', { step: 'closes', code: 1011, reason: 'internal' }],
];
const checks: AgentStep = {
  step: 'calls-tool',
  name: 'check_inventory',
  parameters: { item: 'tea' },
  save: 'stock',
};

function breaking(how: AgentStep): AgentScript {
  return {
    firstMessage: 'Hi, {{name}}',
    steps: [
      { step: 'listens', transcript: 'Do you have tea?' },
      checks,
      { step: 'speaks', text: 'We have tea.' },
      how,
    ],
    thereafter: {
      firstMessage: 'Hi, {{name}}',
      steps: [
        { step: 'listens', transcript: 'Good, thanks' },
        { step: 'speaks', text: 'Goodbye, {{name}}' },
        { step: 'ends-call' },
      ],
    },
  };
}

describe.each(DROPS)('an agent that is gone %s', (_how, step) => {
  let system: WholeSystem;

  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: {
        answer: { kind: 'answers', afterMs: 300 },
        steps: [
          { step: 'hears-agent-out' },
          { step: 'says', noiseMs: 600 },
          { step: 'hears-agent-out' },
          { step: 'waits', ms: 1500 },
          { step: 'says', noiseMs: 600 },
          { step: 'hears-agent-out' },
        ],
      },
      agent: breaking(step),
      // So that what is heard is the agents' alone.
      variables: { BRIDGING_SOUND: 'false' },
    });
  });
  afterAll(() => system.stop());

  it('is followed by a conversation that knows all, greets nobody twice and ends the call as it should', async () => {
    const { record, line } = await system.place({ variables: { name: 'John' } });
    await line.settled(30_000);
    const ended = await eventually(() => system.callRecord(record.id), isOver);
    const [first, second, ...more] = system.elevenlabs.conversations;
    expect(more).toEqual([]);
    if (!first || !second) throw new Error('there are two');
    expect(ended).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
      failure: null,
      conversationId: second.id,
    });
    expect(second.initiation?.dynamic_variables).toMatchObject({ name: 'John', call_reconnects: 1 });
    const [update] = second.contextualUpdates;
    expect(update?.text).toContain(
      'Agent: Hi, John\nCaller: [scripted] Do you have tea?\nTool check_inventory',
    );
    expect(update?.text).toContain('Agent: We have tea.');
    // The caller's turn comes next: nobody is asked to speak.
    expect(second.userMessages).toEqual([]);

    const spoken = second.turns.filter(({ role }) => role === 'agent');
    const greeting = second.sentAudio.filter(({ eventId }) => eventId === spoken[0]?.eventId);
    expect(greeting.length).toBeGreaterThan(0);
    const heard = Buffer.concat([
      ...first.sentAudio.map(({ payload }) => payload),
      ...second.sentAudio
        .filter(({ eventId }) => eventId !== spoken[0]?.eventId)
        .map(({ payload }) => payload),
    ]);
    expect(Buffer.concat(line.received.map(({ payload }) => payload)).equals(heard)).toBe(true);

    const { body: transcript } = await system.request<{ data: { role: string; text: string }[] }>(
      'GET',
      `/calls/${record.id}/transcript`,
    );
    expect(transcript.data.map(({ role, text }) => (role === 'tool' ? role : text))).toEqual([
      'Hi, John',
      '[scripted] Do you have tea?',
      'tool',
      'We have tea.',
      '[scripted] Good, thanks',
      'Goodbye, John',
    ]);
  });
});
