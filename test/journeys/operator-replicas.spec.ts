/** What is asked of a call at a replica that does not carry its media. */
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/app.js';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { FrontDoor } from '../support/front-door.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import {
  API_KEY,
  environmentOf,
  eventually,
  freePort,
  isOver,
  type CallJson,
} from '../support/whole-system.js';

describe('a live call of another replica', () => {
  let twilio: TwilioSimulator;
  let elevenlabs: ElevenLabsSimulator;
  let door: FrontDoor;
  let apps: NestExpressApplication[];
  let ports: [number, number];

  const ask = async (port: number, method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as CallJson & { code?: string } };
  };

  beforeAll(async () => {
    twilio = await TwilioSimulator.start({
      script: {
        answer: { kind: 'answers', afterMs: 10 },
        steps: [{ step: 'hears-agent-out' }],
        dial: { outcome: 'completed', talkMs: 50 },
      },
    });
    elevenlabs = await ElevenLabsSimulator.start({
      script: { firstMessage: 'Hello.', steps: [{ step: 'listens' }, { step: 'listens' }] },
    });
    door = await FrontDoor.open();
    const url = await emptyDatabaseUrl();
    ports = [await freePort(), await freePort()];
    apps = await Promise.all(
      ports.map(async (port) => {
        const variables = {
          ...environmentOf(port, twilio, elevenlabs),
          PUBLIC_URL: door.url,
          DATABASE_URL: url,
        };
        const app = await createApp({ variables });
        await app.listen(port, '127.0.0.1');
        return app;
      }),
    );
    // The media of every call come to the first, everything else to the second.
    door.choose = (path) => (path.startsWith('/stream') ? ports[0] : ports[1]);
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await door.close();
    await twilio.stop();
    await elevenlabs.stop();
  });

  it('is told, muted and given keys through the one that was asked', async () => {
    const [here, there] = ports;
    const { body: call } = await ask(there, 'POST', '/calls', { to: '+14155550123' });
    const conversation = await elevenlabs.nextConversation();
    const line = twilio.find(String(call['twilioCallSid']));
    await line?.observed('agent-audio-ends');
    for (const port of [there, here])
      expect(
        await ask(port, 'POST', `/calls/${call.id}/message`, { text: `by ${port}`, role: 'context' }),
      ).toMatchObject({ status: 202 });
    await conversation.until('both were told', () => conversation.contextualUpdates.length === 2);
    expect(conversation.contextualUpdates.map(({ text }) => text)).toEqual([`by ${there}`, `by ${here}`]);
    expect((await ask(there, 'POST', `/calls/${call.id}/dtmf`, { digits: '77' })).status).toBe(202);
    await eventually(
      () => Promise.resolve(line?.heardKeys),
      (keys) => keys === '77',
    );
    // What stands in its way is told there, and comes back as it would from here.
    expect(await ask(there, 'POST', `/calls/${call.id}/takeover`, {})).toMatchObject({
      status: 409,
      body: { code: 'no-operator-audio' },
    });
    expect(await ask(there, 'GET', `/calls/${call.id}/audio`)).toMatchObject({
      status: 421,
      body: { code: 'call-elsewhere' },
    });
    await ask(there, 'POST', `/calls/${call.id}/hangup`);
    await line?.settled();
  });

  it('is handed to a person', async () => {
    const [, there] = ports;
    const { body: call } = await ask(there, 'POST', '/calls', { to: '+14155550123' });
    await elevenlabs.nextConversation();
    const line = twilio.find(String(call['twilioCallSid']));
    await line?.observed('agent-audio-ends');
    expect((await ask(there, 'POST', `/calls/${call.id}/transfer`, { to: '+14155550199' })).status).toBe(202);
    await line?.settled();
    const ended = await eventually(async () => (await ask(there, 'GET', `/calls/${call.id}`)).body, isOver);
    expect(ended).toMatchObject({ status: 'completed', endReason: 'transferred' });
  });
});
