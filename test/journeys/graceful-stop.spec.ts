import { WholeSystem, eventually } from '../support/whole-system.js';
import { Readiness } from '../../src/ops/readiness.js';

describe('a replica that is told to stop', () => {
  it('takes no new call, lets the live one finish, and then is gone', async () => {
    const system = await WholeSystem.start({
      caller: {
        answer: { kind: 'answers', afterMs: 20 },
        steps: [{ step: 'hears-agent-out' }, { step: 'waits', ms: 1000 }, { step: 'hangs-up' }],
      },
      agent: { firstMessage: 'Hello', steps: [] },
      variables: { DRAIN_TIMEOUT_SECONDS: '30' },
    });
    const { line } = await system.place();
    const conversation = await system.elevenlabs.nextConversation();
    const closed = system.app.close();
    await eventually(
      () => Promise.resolve(system.app.get(Readiness).isDraining),
      (draining) => draining,
    );
    expect((await fetch(`${system.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${system.url}/health/live`)).status).toBe(200);
    expect(await system.request('POST', '/calls', { to: '+14155550123' })).toMatchObject({
      status: 503,
      body: { code: 'draining' },
    });
    await line.settled();
    expect(line.endedBecause).toMatch(/caller|hung/);
    await closed;
    expect(conversation.turns[0]).toMatchObject({ text: 'Hello', interrupted: false });
    await expect(fetch(`${system.url}/health/live`)).rejects.toThrow();
    await system.twilio.stop();
    await system.elevenlabs.stop();
  });

  it('ends the calls that outlast its patience', async () => {
    const system = await WholeSystem.start({ agent: { firstMessage: 'Hello', steps: [] } });
    const { line } = await system.place();
    await system.elevenlabs.nextConversation();
    await system.app.close();
    expect(line.isEnded).toBe(true);
    await system.twilio.stop();
    await system.elevenlabs.stop();
  });
});
