import { WholeSystem, eventually, isOver } from '../support/whole-system.js';

const LONG =
  'This sentence is much longer than anybody wants to hear on the phone, and it goes on and on and on.';

describe('a caller who cuts in', () => {
  let system: WholeSystem;

  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: {
        answer: { kind: 'answers', afterMs: 20 },
        steps: [
          { step: 'hears-agent-for', ms: 400 },
          { step: 'says', noiseMs: 700 },
          { step: 'hears-agent-out' },
        ],
      },
      agent: {
        firstMessage: LONG,
        steps: [
          { step: 'listens', transcript: 'stop' },
          { step: 'speaks', text: 'As you wish.' },
          { step: 'ends-call' },
        ],
      },
    });
  });
  afterAll(() => system.stop());

  it('silences the agent at once, and hears the answer whole', async () => {
    const { record, line } = await system.place();
    const conversation = await system.elevenlabs.nextConversation();
    await line.settled(20_000);
    expect(conversation.interruptions).toHaveLength(1);
    expect(line.cleared).toHaveLength(1);
    expect(line.cleared[0]?.bytes).toBeGreaterThan(8000);
    // Everything went to the line; what had not been heard was thrown away there, and nothing stale came after.
    const spoken = Buffer.concat(conversation.sentAudio.map(({ payload }) => payload));
    const sent = Buffer.concat(line.received.map(({ payload }) => payload));
    expect(sent.equals(spoken)).toBe(true);
    const answer = Buffer.concat(
      conversation.sentAudio
        .filter(({ eventId }) => eventId === conversation.turns.at(-1)?.eventId)
        .map(({ payload }) => payload),
    );
    expect(answer.length).toBeGreaterThan(0);
    expect(line.recording().agent.includes(answer)).toBe(true);
    const marks = line.marks.filter(({ cleared }) => cleared);
    expect(marks.length).toBeGreaterThan(0);
    expect(await eventually(() => system.callRecord(record.id), isOver)).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
    });
  });
});
