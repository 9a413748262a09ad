/** Two replicas on one database, and no request of a call ever comes to the one that has just had it. */
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

describe('two replicas of one database', () => {
  let twilio: TwilioSimulator;
  let elevenlabs: ElevenLabsSimulator;
  let door: FrontDoor;
  let apps: NestExpressApplication[];
  let ports: [number, number];

  const at = (port: number) => ({
    request: async <Body = CallJson>(method: string, path: string, body?: unknown): Promise<Body> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Body;
    },
    /** The types of a call's events as they come, until the stream ends. */
    follow: async (id: string): Promise<string[]> => {
      const response = await fetch(`http://127.0.0.1:${port}/calls/${id}/events`, {
        headers: { authorization: `Bearer ${API_KEY}`, accept: 'text/event-stream' },
      });
      const text = await response.text();
      return [...text.matchAll(/^data: (.+)$/gm)].map(([, event = '{}']) => {
        const { type } = JSON.parse(event) as { readonly type: string };
        return type;
      });
    },
  });

  beforeAll(async () => {
    twilio = await TwilioSimulator.start({
      script: {
        answer: { kind: 'answers', afterMs: 300 },
        steps: [{ step: 'hears-agent-out' }, { step: 'says', noiseMs: 900 }],
      },
    });
    elevenlabs = await ElevenLabsSimulator.start({
      script: {
        firstMessage: 'Hi, {{name}}.',
        steps: [
          { step: 'listens', transcript: 'bye' },
          { step: 'speaks', text: 'Goodbye, {{name}}.' },
          { step: 'ends-call' },
        ],
      },
    });
    door = await FrontDoor.open();
    const url = await emptyDatabaseUrl();
    ports = [await freePort(), await freePort()];
    apps = [];
    // Together, as an orchestrator starts them: the migration has to bear it.
    apps = await Promise.all(
      ports.map(async (port) => {
        const app = await createApp({
          variables: {
            ...environmentOf(port, twilio, elevenlabs),
            PUBLIC_URL: door.url,
            DATABASE_URL: url,
          },
        });
        await app.listen(port, '127.0.0.1');
        return app;
      }),
    );
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await door.close();
    await twilio.stop();
    await elevenlabs.stop();
  });

  it('carry one call between them: POST here, TwiML there, socket here, status there', async () => {
    const [one, two] = ports;
    door.choose = (path) => (path.startsWith('/stream') ? one : two);
    const call = await at(one).request('POST', '/calls', { to: '+14155550123', variables: { name: 'John' } });
    const followed = Promise.all(ports.map((port) => at(port).follow(call.id)));
    const conversation = await elevenlabs.nextConversation();
    await conversation.untilClosed();
    const after = await eventually(() => at(two).request('GET', `/calls/${call.id}`), isOver);
    expect(after).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
      variables: { name: 'John' },
    });
    expect(await at(one).request('GET', `/calls/${call.id}`)).toEqual(after);
    expect(conversation.turns.map(({ text }) => text)).toEqual([
      'Hi, John.',
      expect.stringContaining('bye'),
      'Goodbye, John.',
    ]);
    const [here, there] = await followed;
    expect(here).toEqual(there);
    expect(here).toEqual(
      expect.arrayContaining([
        'call.created',
        'call.answered',
        'stream.started',
        'turn.caller',
        'call.ended',
      ]),
    );
  });

  it('carry a call the other way round, whose end is asked of the one without its line', async () => {
    const [one, two] = ports;
    door.choose = (path) => (path.startsWith('/stream') ? two : one);
    const call = await at(one).request('POST', '/calls', { to: '+14155550123', variables: { name: 'Ann' } });
    const conversation = await elevenlabs.nextConversation();
    await at(one).request('POST', `/calls/${call.id}/hangup`);
    const after = await eventually(() => at(two).request('GET', `/calls/${call.id}`), isOver);
    expect(after).toMatchObject({ status: 'completed', endReason: 'hung-up-by-api' });
    await conversation.untilClosed();
  });

  it('let a second voice request of one incoming call make no second record', async () => {
    const [one, two] = ports;
    let turn = 0;
    door.choose = () => ((turn += 1) % 2 === 0 ? one : two);
    const line = twilio.placeInbound({
      voiceUrl: `${door.url}/twiml?name=Eve`,
      from: '+14155550177',
      to: '+14155550100',
      script: { answer: { kind: 'answers', afterMs: 0 }, steps: [{ step: 'hangs-up' }] },
    });
    await line.settled(20_000);
    const { data } = await at(one).request<{ data: CallJson[] }>('GET', '/calls?limit=100');
    expect(data.filter((call) => call['twilioCallSid'] === line.sid)).toHaveLength(1);
  });
});
