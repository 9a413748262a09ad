/** The webhook with the sound of a conversation: beside the one of the record, in chunks, signed like it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhooksClient } from '@elevenlabs/elevenlabs-js/wrapper/webhooks.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { PostCallWebhook } from '../../../src/simulators/elevenlabs/post-call-webhook.js';
import { silentMp3 } from '../../../src/simulators/elevenlabs/silent-mp3.js';
import type { SimulatedConversation } from '../../../src/simulators/elevenlabs/simulated-conversation.js';
import { WireClient } from './wire-client.js';

const SECRET = 'wsec_of_the_tests';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface SoundEvent {
  readonly type: string;
  readonly data: { readonly full_audio: string };
}

const received: Received[] = [];
let service: Server;
let simulator: ElevenLabsSimulator | undefined;

beforeEach(async () => {
  received.length = 0;
  service = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(200).end();
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

/** A conversation that has ended, and of which so many webhooks have told. */
async function told(webhook: Partial<PostCallWebhook>, count: number): Promise<SimulatedConversation> {
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/elevenlabs/webhook`;
  simulator = await ElevenLabsSimulator.start({
    script: { firstMessage: 'Hi.', steps: [{ step: 'ends-call' }] },
    timing: { processingMs: 1 },
    postCallWebhook: { url, secret: SECRET, ...webhook },
  });
  await WireClient.call(simulator);
  const conversation = await simulator.nextConversation();
  await conversation.untilDeliveries(count);
  return conversation;
}

describe('the webhook with the sound', () => {
  it('comes in chunks, opens with the vendor’s SDK, and is as long as the conversation', async () => {
    const conversation = await told({ events: ['audio'] }, 1);
    const [one] = received;
    expect(one?.headers).toMatchObject({
      'transfer-encoding': 'chunked',
      'content-type': 'application/json',
    });
    expect(one?.headers).not.toHaveProperty('content-length');
    const webhooks = new WebhooksClient({ apiKey: 'unused' });
    const signature = String(one?.headers['elevenlabs-signature']);
    const event = (await webhooks.constructEvent(one?.body ?? '', signature, SECRET)) as SoundEvent;
    const { agentId, id, connectedSecs } = conversation;
    expect(event).toMatchObject({
      type: 'post_call_audio',
      data: { agent_id: agentId, conversation_id: id },
    });
    const sound = Buffer.from(event.data.full_audio, 'base64');
    expect(sound).toEqual(silentMp3(connectedSecs));
    expect(conversation.deliveries).toMatchObject([{ type: 'post_call_audio', status: 200 }]);
  });

  it('comes in the order that was asked for, each one doubled by the fault', async () => {
    await told({ events: ['audio', 'transcript'], faults: { doubled: true } }, 4);
    expect(received.map(({ body }) => (JSON.parse(body) as SoundEvent).type)).toEqual([
      'post_call_audio',
      'post_call_audio',
      'post_call_transcription',
      'post_call_transcription',
    ]);
    expect(received[1]).toMatchObject({ body: received[0]?.body });
  });
});

describe('MP3 of silence', () => {
  it('is so many frames of 72 ms with the same header, and 8000 bytes a second', () => {
    const sound = silentMp3(0.73);
    expect(sound).toHaveLength(11 * 576);
    for (let at = 0; at < sound.length; at += 576) {
      expect(sound.subarray(at, at + 5).toString('hex')).toBe('ffe388c400');
    }
    expect([silentMp3(0).length, silentMp3(72).length]).toEqual([0, 576_000]);
  });
});
