import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatedConversation } from '../../src/simulators/elevenlabs/simulated-conversation.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { runBuiltService } from '../support/service-child.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import {
  API_KEY,
  environmentOf,
  eventually,
  freePort,
  isOver,
  type CallJson,
} from '../support/whole-system.js';

const CALLS = 150;
const name = (at: number): string => `Caller ${at}`;

describe(`${CALLS} calls at once`, () => {
  it('are not crossed, lose nothing, and have their own variables and tools each', async () => {
    const twilio = await TwilioSimulator.start({
      script: {
        answer: { kind: 'answers', afterMs: 500 },
        steps: [
          { step: 'waits', ms: 3000 },
          { step: 'says', noiseMs: 1500 },
        ],
      },
    });
    const elevenlabs = await ElevenLabsSimulator.start({
      // Bytes that differ from call to call, so that a crossed frame cannot go unseen.
      speak: (text) => Buffer.from(text.repeat(400)),
      script: {
        firstMessage: 'Hi, {{name}}.',
        steps: [
          { step: 'listens', transcript: 'hello' },
          { step: 'calls-tool', name: 'check_inventory', parameters: { item: '{{name}}' } },
          { step: 'speaks', text: 'Goodbye, {{name}}.' },
          { step: 'ends-call' },
        ],
      },
    });
    const port = await freePort();
    const service = await runBuiltService({
      ...environmentOf(port, twilio, elevenlabs),
      MAX_CONCURRENT_CALLS: String(CALLS),
      LOG_LEVEL: 'warn',
      DATABASE_URL: await emptyDatabaseUrl(),
    });
    const request = async (method: string, path: string, body?: unknown): Promise<CallJson> => {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as CallJson;
    };

    const placed = await Promise.all(
      Array.from({ length: CALLS }, (_, at) =>
        request('POST', '/calls', { to: `+1415555${1000 + at}`, variables: { name: name(at) } }),
      ),
    );
    await Promise.all(twilio.calls.map((call) => call.settled(90_000)));
    const records = await Promise.all(
      placed.map(({ id }) => eventually(() => request('GET', `/calls/${id}`), isOver, 15_000)),
    );

    const conversations = new Map<unknown, SimulatedConversation>(
      elevenlabs.conversations.map((one) => [one.id, one]),
    );
    expect(conversations.size).toBe(CALLS);
    for (const [at, record] of records.entries()) {
      expect(record).toMatchObject({ status: 'completed', endReason: 'agent-ended', failure: null });
      const conversation = conversations.get(record['conversationId']);
      const line = twilio.find(String(record['twilioCallSid']));
      if (!conversation || !line) throw new Error('a call has no agent or no line');
      expect(conversation.turns.filter(({ role }) => role === 'agent').map(({ text }) => text)).toEqual([
        `Hi, ${name(at)}.`,
        `Goodbye, ${name(at)}.`,
      ]);
      expect(conversation.toolResults).toHaveLength(1);
      const sent = Buffer.concat(line.sentFrames.map(({ payload }) => payload));
      const arrived = Buffer.concat(conversation.receivedAudio.map(({ payload }) => payload));
      expect(arrived.length).toBeGreaterThan(4 * 8000);
      expect(sent.subarray(0, arrived.length).equals(arrived)).toBe(true);
      const spoken = Buffer.concat(conversation.sentAudio.map(({ payload }) => payload));
      expect(Buffer.concat(line.received.map(({ payload }) => payload)).equals(spoken)).toBe(true);
      expect(line.warnings).toEqual([]);
    }

    expect(await service.stop()).toBe('SIGTERM');
    await twilio.stop();
    await elevenlabs.stop();
  }, 150_000);
});
