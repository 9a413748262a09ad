/** Both vendors asked for what a call cost, over their real REST, answered by their simulators. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ElevenLabsConversations } from '../../src/billing/elevenlabs-conversations.js';
import { reportOf } from '../../src/billing/conversation-report.js';
import { TwilioPrices } from '../../src/billing/twilio-prices.js';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { callSid } from './billing-rig.js';
import { environmentWith } from '../support/builders.js';
import { freePort } from '../support/whole-system.js';

describe('Twilio, asked for a price,', () => {
  let twilio: TwilioSimulator;
  const pricesAt = (url: string, token = twilio.authToken): TwilioPrices =>
    new TwilioPrices(
      environmentWith({
        TWILIO_ACCOUNT_SID: twilio.accountSid,
        TWILIO_AUTH_TOKEN: token,
        TWILIO_API_URL: url,
      }),
    );

  beforeAll(async () => {
    twilio = await TwilioSimulator.start();
  });
  afterAll(() => twilio.stop());

  it('says so when it knows no such call', async () => {
    expect(await pricesAt(twilio.url).ofCall(callSid(7))).toEqual({ kind: 'unknown' });
  });

  it('is told apart when it refuses and when it fails', async () => {
    const refused = pricesAt(twilio.url, 'another-token').ofCall(callSid(7));
    await expect(refused).rejects.toMatchObject({ code: 'carrier-refused' });
    twilio.faults.next('unavailable', 1, 'fetch');
    await expect(pricesAt(twilio.url).ofCall(callSid(7))).rejects.toMatchObject({
      code: 'carrier-unreachable',
    });
    twilio.faults.next('too-many-requests', 1, 'fetch');
    await expect(pricesAt(twilio.url).ofCall(callSid(7))).rejects.toMatchObject({
      code: 'carrier-unreachable',
    });
    const nobody = pricesAt(`http://127.0.0.1:${await freePort()}`).ofCall(callSid(7));
    await expect(nobody).rejects.toMatchObject({ code: 'carrier-unreachable' });
  });
});

describe('ElevenLabs, asked for a conversation,', () => {
  let elevenlabs: ElevenLabsSimulator;
  let strange: Server;
  let answer: { readonly status: number; readonly body: string };
  const at = (url: string, key = elevenlabs.apiKey): ElevenLabsConversations =>
    new ElevenLabsConversations(environmentWith({ ELEVENLABS_API_URL: url, ELEVENLABS_API_KEY: key }));
  const strangeUrl = (): string => `http://127.0.0.1:${(strange.address() as AddressInfo).port}`;

  beforeAll(async () => {
    elevenlabs = await ElevenLabsSimulator.start({ script: { firstMessage: 'Hi.', steps: [] } });
    strange = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await elevenlabs.stop();
    await new Promise((resolve) => strange.close(resolve));
  });

  it('says so when it knows no such conversation', async () => {
    expect(await at(elevenlabs.url).find('conv_nobody')).toBeUndefined();
  });

  it('is told apart when it refuses the key', async () => {
    const refused = at(elevenlabs.url, 'sk_another').find('conv_1');
    await expect(refused).rejects.toMatchObject({ code: 'agent-unauthorized' });
  });

  it.each([
    [500, '{}'],
    [429, '{}'],
    [200, 'not JSON'],
    [200, '{"status":"done"}'],
  ])('is asked again later when it answers %i with %s', async (status, body) => {
    answer = { status, body };
    await expect(at(strangeUrl()).find('conv_1')).rejects.toMatchObject({ code: 'agent-unreachable' });
  });

  it('is read tolerantly: what is missing is not known', () => {
    const bare = { callId: undefined, usdMicros: null, analysis: null, conversationId: 'c' };
    expect(reportOf({ conversation_id: 'c' })).toEqual({ ...bare, isOpen: true });
    expect(reportOf({ conversation_id: 'c', status: 'processing' })).toEqual({ ...bare, isOpen: true });
    const strangest = { status: 'failed', metadata: { cost_fiat: 'much' }, analysis: [1] };
    expect(reportOf({ conversation_id: 'c', ...strangest })).toEqual({ ...bare, isOpen: false });
    expect(
      reportOf({ conversation_id: 'c', status: 'done', analysis: { call_successful: 'rather' } }),
    ).toEqual({
      ...bare,
      isOpen: false,
      analysis: { successful: 'unknown', summary: null, evaluation: {}, collected: {} },
    });
    expect([reportOf(null), reportOf([]), reportOf({}), reportOf({ conversation_id: '' })]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });
});
