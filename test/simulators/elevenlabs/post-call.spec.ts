/** The webhook after a conversation: what it says, how it is signed, its faults. Checked with the vendor's own SDK. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhooksClient } from '@elevenlabs/elevenlabs-js/wrapper/webhooks.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { PostCallWebhook } from '../../../src/simulators/elevenlabs/post-call-webhook.js';
import { runElevenLabsSimulator } from '../../../src/simulators/elevenlabs/run-elevenlabs-simulator.js';
import type { SimulatedConversation } from '../../../src/simulators/elevenlabs/simulated-conversation.js';
import { webhookSignature } from '../../../src/simulators/elevenlabs/webhook-signature.js';
import type { Observation } from '../../../src/simulators/observation.js';
import { rest, WireClient } from './wire-client.js';

const SECRET = 'wsec_of_the_tests';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const received: Received[] = [];
const observations: Observation[] = [];
/** The status to answer with; undefined for no answer at all. */
let answer: number | undefined = 200;
let service: Server;
let simulator: ElevenLabsSimulator | undefined;

beforeEach(async () => {
  received.length = 0;
  observations.length = 0;
  answer = 200;
  service = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      if (answer !== undefined) response.writeHead(answer, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  await simulator?.stop();
  service.closeAllConnections();
  await new Promise((resolve) => {
    service.close(resolve);
  });
});

function address(): string {
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}/elevenlabs/webhook`;
}

async function addressOfNobody(): Promise<string> {
  const gone = createServer();
  await new Promise<void>((resolve) => {
    gone.listen(0, '127.0.0.1', resolve);
  });
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => {
    gone.close(resolve);
  });
  return `http://127.0.0.1:${port}/`;
}

/** A conversation that has ended, with a webhook of those settings. */
async function talked(
  webhook: Partial<PostCallWebhook> = {},
  processingMs = 10,
): Promise<SimulatedConversation> {
  simulator = await ElevenLabsSimulator.start({
    script: { firstMessage: 'Hi, {{name}}.', steps: [{ step: 'ends-call' }] },
    timing: { processingMs },
    observe: (observation) => observations.push(observation),
    postCallWebhook: { url: address(), secret: SECRET, ...webhook },
  });
  await WireClient.call(simulator, { dynamic_variables: { name: 'Jörg', call: 'call_1' }, user_id: 'crm-7' });
  const conversation = await simulator.nextConversation();
  await conversation.untilClosed();
  return conversation;
}

function opened(one: Received | undefined, secret = SECRET): Promise<unknown> {
  const webhooks = new WebhooksClient({ apiKey: 'unused' });
  return webhooks.constructEvent(one?.body ?? '', String(one?.headers['elevenlabs-signature']), secret);
}

function told(): readonly Readonly<Record<string, unknown>>[] {
  return observations.filter(({ what }) => what === 'post-call-webhook').map(({ detail }) => detail);
}

describe('the signature of a webhook', () => {
  it('is that of the vector of the reference', () => {
    expect(webhookSignature('wsec_test', 1_795_000_000, '{"type":"post_call_transcription"}')).toBe(
      't=1795000000,v0=0aeee7e52899a8b9087a075ca820c369add098a5df33a23c7c3c153d42541f8c',
    );
  });
});

describe('the webhook after a conversation', () => {
  it('comes once it is processed, opens with the vendor’s SDK, and holds what the record holds', async () => {
    const conversation = await talked();
    await conversation.untilDeliveries(1);
    expect(received).toHaveLength(1);
    const event = (await opened(received[0])) as { event_timestamp: number };
    const { body } = await rest(
      simulator as ElevenLabsSimulator,
      `/v1/convai/conversations/${conversation.id}`,
    );
    expect(event).toEqual({
      type: 'post_call_transcription',
      event_timestamp: expect.any(Number) as number,
      data: body,
    });
    expect(body).toMatchObject({
      status: 'done',
      conversation_initiation_client_data: { dynamic_variables: { name: 'Jörg', call: 'call_1' } },
    });
    expect(Math.abs(event.event_timestamp - Date.now() / 1000)).toBeLessThan(10);
    expect(received[0]?.headers['content-type']).toBe('application/json');
    await expect(opened(received[0], 'another secret')).rejects.toThrow('does not match');
  });

  it('is kept with its answer and told to the observer, without what was said', async () => {
    answer = 503;
    const conversation = await talked();
    const [delivery] = await conversation.untilDeliveries(1);
    expect(delivery).toMatchObject({ url: address(), status: 503, body: received[0]?.body });
    expect(told()).toEqual([
      { type: 'post_call_transcription', status: 503, failure: undefined, ms: expect.any(Number) as number },
    ]);
    expect(observations.map(({ what }) => what)).toContain('processed');
  });

  it('is given up when no answer comes in time or nobody listens, and is not repeated', async () => {
    answer = undefined;
    const conversation = await talked({ timeoutMs: 50 });
    const [late] = await conversation.untilDeliveries(1);
    expect([late?.status, late?.failure]).toEqual([undefined, expect.stringMatching(/timeout/i)]);
    await simulator?.stop();
    const nowhere = await talked({ url: await addressOfNobody() });
    const [refused] = await nowhere.untilDeliveries(1);
    expect(refused?.failure).toContain('ECONNREFUSED');
    expect([received.length, nowhere.deliveries.length]).toEqual([1, 1]);
  });

  it('does not follow a redirect', async () => {
    answer = 302;
    const [delivery] = await (await talked()).untilDeliveries(1);
    expect([delivery?.status, received.length]).toEqual([302, 1]);
  });

  it('does not come when the simulator stopped before the conversation was processed', async () => {
    const cut = await talked({}, 20);
    expect(cut.status).toBe('processing');
    await simulator?.stop();
    // A later one that takes longer has come: the first one would have come before it.
    const whole = await talked({}, 60);
    await whole.untilDeliveries(1);
    expect([cut.processedAtMs, cut.deliveries, received.length]).toEqual([undefined, [], 1]);
  });
});

describe('a fault of the webhook', () => {
  it('doubles it, byte by byte', async () => {
    const conversation = await talked({ faults: { doubled: true } });
    await conversation.untilDeliveries(2);
    const [one, two] = received;
    expect(two?.body).toBe(one?.body);
    expect(two?.headers['elevenlabs-signature']).toBe(one?.headers['elevenlabs-signature']);
  });

  it('delays it beyond the processing', async () => {
    const conversation = await talked({ faults: { lateMs: 150 } });
    const [delivery] = await conversation.untilDeliveries(1);
    expect((delivery?.atMs ?? 0) - (conversation.processedAtMs ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it('signs it wrongly', async () => {
    await (await talked({ faults: { wrongSignature: true } })).untilDeliveries(1);
    await expect(opened(received[0])).rejects.toThrow('does not match');
  });

  it('dates it to another time, signed as such', async () => {
    await (await talked({ faults: { skewSeconds: -3600 } })).untilDeliveries(1);
    await expect(opened(received[0])).rejects.toThrow('tolerance');
    const [, timestamp] = /^t=(\d+),/.exec(String(received[0]?.headers['elevenlabs-signature'])) ?? [];
    const signature = webhookSignature(SECRET, Number(timestamp), received[0]?.body ?? '');
    expect(received[0]?.headers['elevenlabs-signature']).toBe(signature);
  });

  it.each([
    ['it never comes', { faults: { never: true } }],
    ['its event is not among those asked for', { events: [] }],
  ])('leaves it out: %s', async (_, webhook) => {
    const conversation = await talked(webhook);
    await conversation.untilProcessed();
    // What was going to be sent would have been recorded in the very tick of the processing.
    expect(conversation.deliveries).toEqual([]);
  });
});

describe('the settings of the webhook', () => {
  it('can be changed while the simulator runs', async () => {
    const first = await talked({ faults: { never: true } });
    await first.untilProcessed();
    simulator?.tellAfterwards({ url: address(), secret: 'another secret' });
    await WireClient.call(simulator as ElevenLabsSimulator, { dynamic_variables: { name: 'Ann' } });
    await (await simulator?.nextConversation())?.untilDeliveries(1);
    await expect(opened(received[0], 'another secret')).resolves.toHaveProperty('data.status', 'done');
    expect(() => simulator?.tellAfterwards({ url: '/here', secret: 'x' })).toThrow('postCallWebhook.url');
  });

  it('can be given on the command line', async () => {
    const lines: string[] = [];
    const args = ['--public', '--post-call-webhook', address(), '--post-call-secret', SECRET];
    simulator = await runElevenLabsSimulator(args, (line) => lines.push(line));
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    client.socket.close();
    await conversation.untilDeliveries(1);
    await expect(opened(received[0])).resolves.toMatchObject({
      data: { conversation_id: conversation.id, metadata: { termination_reason: 'Client disconnected' } },
    });
    expect(lines).toContain(`  ELEVENLABS_WEBHOOK_SECRET=${SECRET}`);
    expect(lines.find((line) => line.includes('post-call-webhook'))).toContain('"status":200');
  });

  it.each([
    ['url', { url: 'ftp://a.test/' }, 'postCallWebhook.url'],
    ['secret', { secret: '' }, 'postCallWebhook.secret'],
    ['events', { events: ['amd' as 'audio'] }, 'postCallWebhook.events: amd is not simulated'],
  ])('are refused when the %s cannot work', async (_, wrong, message) => {
    const script = { firstMessage: '', steps: [] };
    const postCallWebhook = { url: address(), secret: SECRET, ...wrong };
    await expect(ElevenLabsSimulator.start({ script, postCallWebhook })).rejects.toThrow(message);
  });
});
