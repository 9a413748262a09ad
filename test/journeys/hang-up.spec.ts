import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import { WholeSystem, eventually, isOver } from '../support/whole-system.js';

const script = (afterMs: number, steps: CallerScript['steps'] = []): CallerScript => ({
  answer: { kind: 'answers', afterMs },
  steps,
});

describe('ending a call', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: ({ to }) =>
        to.endsWith('1')
          ? script(60_000)
          : script(20, [
              { step: 'waits', ms: 300 },
              { step: 'presses', digits: '42#' },
            ]),
      agent: { firstMessage: 'Hello there, how are you today?', steps: [{ step: 'listens' }] },
    });
  });
  afterAll(() => system.stop());

  it('cancels a phone that rings', async () => {
    const { record, line } = await system.place({ to: '+14155550121' });
    await line.until('ringing');
    expect((await system.request('POST', `/calls/${record.id}/hangup`)).status).toBe(202);
    const ended = await eventually(() => system.callRecord(record.id), isOver);
    expect(ended).toMatchObject({ status: 'canceled', endReason: 'hung-up-by-api' });
    expect(await system.request('POST', `/calls/${record.id}/hangup`)).toMatchObject({
      status: 409,
      body: { code: 'call-ended' },
    });
  });

  it('closes both legs of a conversation, and the first cause stays', async () => {
    const { record, line } = await system.place({ to: '+14155550122' });
    const conversation = await system.elevenlabs.nextConversation();
    await conversation.until('a typed message', () => conversation.userMessages.length > 0);
    expect(conversation.userMessages.map((message) => JSON.stringify(message)).join()).toContain('42#');
    await system.request('POST', `/calls/${record.id}/hangup`);
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
    const ended = await eventually(() => system.callRecord(record.id), isOver);
    expect(ended).toMatchObject({ status: 'completed', endReason: 'hung-up-by-api' });
    await conversation.untilClosed();
    expect(conversation.closedBy).toBe('client');
    expect(conversation.closeCode).toBe(1000);
  });
});
