/** The connection to ElevenLabs is there, or on its way, before Twilio's stream is. */
import { jest } from '@jest/globals';
import { WarmConnections } from '../../src/agent/warm-connections.js';
import { WholeSystem } from '../support/whole-system.js';

describe('a call that was answered', () => {
  let system: WholeSystem;
  let take: jest.SpiedFunction<WarmConnections['take']>;

  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: { answer: { kind: 'answers', afterMs: 100 }, steps: [{ step: 'hears-agent-out' }] },
      agent: { firstMessage: 'Hello', steps: [{ step: 'ends-call' }] },
    });
    take = jest.spyOn(system.app.get(WarmConnections), 'take');
  });
  beforeEach(() => take.mockClear());
  afterAll(() => system.stop());

  it('is connected to its agent ahead of its stream, when we called', async () => {
    const { line } = await system.place({});
    await line.settled();
    expect(take.mock.results.map(({ value }) => value !== undefined)).toEqual([true]);
  });

  it('is connected to its agent ahead of its stream, when it came to us', async () => {
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml`,
      from: '+14155550177',
      to: '+14155550100',
      script: { answer: { kind: 'answers', afterMs: 0 }, steps: [{ step: 'hears-agent-out' }] },
    });
    await line.settled();
    expect(take.mock.results.map(({ value }) => value !== undefined)).toEqual([true]);
  });
});
