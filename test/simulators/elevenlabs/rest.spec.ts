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

describe('the record of a conversation', () => {
  it('tells state, words, tools, duration and cost as they really were', async () => {
    const simulator = await start({ script: SCRIPT, timing: { processingMs: 500 } });
    const client = await WireClient.call(simulator, {
      dynamic_variables: { name: 'John' },
      user_id: 'crm-7',
      source_info: { source: 'node_js_sdk', version: '1' },
    });
    const conversation = await simulator.nextConversation();
    const path = `/v1/convai/conversations/${conversation.id}`;
    const call = await client.untilFrame('client_tool_call');
    const during = await rest(simulator, path);
    expectVendorShape('GetConversationResponseModel', during.body);
    expect(at(during.body, 'status')).toBe('in-progress');
    client.send({
      type: 'client_tool_result',
      tool_call_id: String(at(call, 'client_tool_call.tool_call_id')),
      result: 'found',
      is_error: false,
    });
    client.send({ type: 'user_message', text: 'Thanks.' });
    await conversation.untilClosed();
    expect(at((await rest(simulator, path)).body, 'status')).toBe('processing');
    await new Promise((resolve) => setTimeout(resolve, 510));
    const { body } = await rest(simulator, path);
    expectVendorShape('GetConversationResponseModel', body);
    expect(body).toMatchObject({
      agent_id: 'agent_one',
      conversation_id: conversation.id,
      status: 'done',
      user_id: 'crm-7',
      has_response_audio: true,
      has_user_audio: false,
      conversation_initiation_client_data: { dynamic_variables: { name: 'John' } },
      metadata: {
        termination_reason: 'end_call tool was called',
        authorization_method: 'signed_url',
        error: null,
        conversation_initiation_source: 'node_js_sdk',
      },
    });
    // The typed message interrupts the greeting or comes after it; either way both are told in order.
    expect(
      (at(body, 'transcript') as object[]).map((entry) => [
        at(entry, 'role'),
        at(entry, 'tool_calls.0.tool_name') ?? at(entry, 'original_message') ?? at(entry, 'message'),
      ]),
    ).toEqual([
      ['agent', 'Hi, John.'],
      ['agent', 'look'],
      ['user', 'Thanks.'],
    ]);
    expect(at(body, 'transcript.1.tool_results.0.result_value')).toBe('found');
    const seconds = ((conversation.end?.atMs ?? 0) - conversation.openedAtMs) / 1000;
    expect(at(body, 'metadata.call_duration_secs')).toBe(Math.round(seconds));
    expect(at(body, 'metadata.cost')).toBe(Math.round(seconds * 10));
    expect(Number(at(body, 'metadata.cost_fiat'))).toBeCloseTo((seconds / 60) * 0.08, 5);
    expect((await rest(simulator, '/v1/convai/conversations/conv_x')).status).toBe(404);
  });

  it('tells why a conversation failed', async () => {
    const simulator = await start({ script: { firstMessage: '', steps: [], faults: { quotaAfterMs: 5 } } });
    await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await conversation.untilClosed();
    const { body } = await rest(simulator, `/v1/convai/conversations/${conversation.id}`);
    expectVendorShape('GetConversationResponseModel', body);
    expect(body).toMatchObject({
      status: 'failed',
      metadata: { termination_reason: 'This request exceeds your quota limit.', error: { code: 1002 } },
    });
  });
});
