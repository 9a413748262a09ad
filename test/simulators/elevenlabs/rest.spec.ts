import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { vendorSchemas } from './vendor-schemas.js';
import { at, rest, WireClient } from './wire-client.js';

const open: ElevenLabsSimulator[] = [];
const SIGNED = '/v1/convai/conversation/get-signed-url';
const SCRIPT: AgentScript = {
  firstMessage: 'Hi, {{name}}.',
  steps: [
    { step: 'calls-tool', name: 'look', parameters: { a: 1 } },
    { step: 'listens' },
    { step: 'ends-call' },
  ],
};

async function start(options: SimulatorOptions): Promise<ElevenLabsSimulator> {
  const simulator = await ElevenLabsSimulator.start(options);
  open.push(simulator);
  return simulator;
}

/** Holds an answer against the vendor's OpenAPI when that is at hand. */
function expectVendorShape(schema: string, body: unknown): void {
  expect(vendorSchemas()?.faultsOfAnswer(schema, body)).toBeUndefined();
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.stop()));
});

describe('the signed URL', () => {
  it('names this very server and opens a conversation, more than once', async () => {
    const simulator = await start({ script: SCRIPT });
    for (const path of [SIGNED, '/v1/convai/conversation/get_signed_url']) {
      const { status, body } = await rest(simulator, `${path}?agent_id=agent_one`);
      expect(status).toBe(200);
      expectVendorShape('ConversationSignedUrlResponseModel', body);
      const url = String(at(body, 'signed_url'));
      expect(url).toMatch(
        new RegExp(
          `^ws://127\\.0\\.0\\.1:${simulator.port}/v1/convai/conversation\\?agent_id=agent_one&conversation_signature=\\w{20,}$`,
        ),
      );
      await WireClient.open(url);
      await WireClient.open(url);
    }
    expect(simulator.conversations).toHaveLength(4);
  });

  it('works once when a conversation id was asked for, and the conversation has that id', async () => {
    const simulator = await start({ script: SCRIPT });
    const { body } = await rest(simulator, `${SIGNED}?agent_id=agent_one&include_conversation_id=true`);
    const url = new URL(String(at(body, 'signed_url')));
    const client = await WireClient.open(url.href);
    const metadata = await client.untilFrame('conversation_initiation_metadata');
    expect(at(metadata, 'conversation_initiation_metadata_event.conversation_id')).toBe(
      url.searchParams.get('conversation_id'),
    );
    await expect(WireClient.open(url.href)).rejects.toThrow(/403/);
  });

  it('is refused with a wrong key, without an agent, and for an agent that is not there', async () => {
    const simulator = await start({ agents: { agent_one: SCRIPT } });
    const wrongKey = await rest(simulator, `${SIGNED}?agent_id=agent_one`, 'sk_wrong');
    expect(wrongKey).toMatchObject({ status: 401, body: { detail: { status: 'invalid_api_key' } } });
    const noAgent = await rest(simulator, SIGNED);
    expect(noAgent).toMatchObject({ status: 422, body: { detail: [{ loc: ['query', 'agent_id'] }] } });
    expectVendorShape('HTTPValidationError', noAgent.body);
    const unknown = await rest(simulator, `${SIGNED}?agent_id=agent_two`);
    expect(unknown).toMatchObject({ status: 404, body: { detail: { status: 'document_not_found' } } });
    expect((await rest(simulator, '/v1/convai/nothing')).status).toBe(404);
    expect((await fetch(`${simulator.url}${SIGNED}?agent_id=agent_one`, { method: 'POST' })).status).toBe(
      405,
    );
  });

  it.each([
    [401, 'invalid_api_key'],
    [404, 'document_not_found'],
    [429, 'too_many_concurrent_requests'],
    [500, 'internal_server_error'],
  ])('fails with %d as often as the script asks for, then works', async (status, name) => {
    const simulator = await start({ script: { ...SCRIPT, faults: { signedUrl: { status, times: 2 } } } });
    for (const expected of [status, status, 200]) {
      const answer = await rest(simulator, `${SIGNED}?agent_id=agent_one`);
      expect(answer.status).toBe(expected);
      expect(at(answer.body, 'detail.status')).toBe(expected === 200 ? undefined : name);
    }
    expect((await rest(simulator, `${SIGNED}?agent_id=another`)).status).toBe(status);
  });
});

describe('an agent', () => {
  it('tells its formats, events and allowed overrides', async () => {
    const simulator = await start({
      agents: {
        agent_one: {
          firstMessage: 'Hi.',
          steps: [],
          inputFormat: 'pcm_16000',
          clientEvents: ['audio', 'ping'],
          allowedOverrides: ['language'],
        },
      },
    });
    const { status, body } = await rest(simulator, '/v1/convai/agents/agent_one');
    expect(status).toBe(200);
    expectVendorShape('GetAgentResponseModel', body);
    expect(at(body, 'conversation_config.asr.user_input_audio_format')).toBe('pcm_16000');
    expect(at(body, 'conversation_config.tts.agent_output_audio_format')).toBe('ulaw_8000');
    expect(at(body, 'conversation_config.conversation.client_events')).toEqual(['audio', 'ping']);
    expect(at(body, 'platform_settings.auth.enable_auth')).toBe(true);
    const allowed = 'platform_settings.overrides.conversation_config_override.agent';
    expect(at(body, `${allowed}.language`)).toBe(true);
    expect(at(body, `${allowed}.first_message`)).toBe(false);
    expect((await rest(simulator, '/v1/convai/agents/agent_two')).status).toBe(404);
  });
});
