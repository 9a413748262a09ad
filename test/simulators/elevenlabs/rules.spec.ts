import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { at, signedUrl, assertNoViolations, WireClient, type Frame } from './wire-client.js';

const open: ElevenLabsSimulator[] = [];
const SILENT: AgentScript = { firstMessage: '', steps: [{ step: 'listens' }] };

async function start(
  script: AgentScript,
  options: Partial<SimulatorOptions> = {},
): Promise<ElevenLabsSimulator> {
  const simulator = await ElevenLabsSimulator.start({ script, ...options });
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.stop()));
  assertNoViolations();
});

async function handshakeStatus(url: string): Promise<number> {
  const error = await WireClient.open(url).then(
    () => new Error('was accepted'),
    (refused: unknown) => refused as Error,
  );
  return Number(/Unexpected server response: (\d+)/.exec(error.message)?.[1] ?? -1);
}

describe('a message out of order', () => {
  const INITIATION = JSON.stringify({ type: 'conversation_initiation_client_data' });
  it.each([
    ['that is no JSON', 'hello'],
    ['that is a JSON list', '[]'],
    ['of unknown type', '{"type":"ping","event_id":1}'],
    ['without a type', '{"text":"x"}'],
    [
      'that is a tool result which is no string',
      '{"type":"client_tool_result","tool_call_id":"t","result":{"a":1},"is_error":false}',
    ],
    [
      'that is a tool result without is_error',
      '{"type":"client_tool_result","tool_call_id":"t","result":"a"}',
    ],
    ['that is audio which is no base64', '{"user_audio_chunk":" "}'],
    ['that is audio which is no string', '{"user_audio_chunk":[1,2]}'],
    ['that is a pong with a text as number', '{"type":"pong","event_id":"x"}'],
    ['that is a second initiation', INITIATION],
    [
      'with a variable that is an object',
      '{"type":"conversation_initiation_client_data","dynamic_variables":{"a":{}}}',
    ],
    ['that is binary', Buffer.from('{"type":"user_activity"}')],
  ])('%s ends the conversation as an invalid message', async (_, frame) => {
    const simulator = await start(SILENT);
    const client = await WireClient.call(simulator);
    await client.untilFrame('ping');
    client.sendRaw(frame);
    expect(await client.untilClosed()).toEqual({ code: 1008, reason: 'Invalid message received' });
    expect(at(client.of('error')[0], 'error_event')).toMatchObject({
      code: 1008,
      error_type: 'invalid_message',
    });
    const conversation = await simulator.nextConversation();
    await conversation.untilClosed();
    expect(conversation.closedBy).toBe('agent');
  });

  it('is an initiation that comes after the conversation began without one', async () => {
    const simulator = await start({ firstMessage: 'Hi.', steps: [] }, { timing: { initiationGraceMs: 10 } });
    const client = await WireClient.call(simulator, null);
    await client.untilFrame('audio');
    client.sendRaw(INITIATION);
    expect((await client.untilClosed()).code).toBe(1008);
  });
});

describe('the start of a conversation', () => {
  const refusals: readonly [string, AgentScript, Frame, string, RegExp][] = [
    [
      'a variable of the first message is missing',
      { firstMessage: 'Hi, {{name}}.', steps: [] },
      {},
      'missing_dynamic_variable',
      /first message: name$/,
    ],
    [
      'a variable of a later text is missing',
      { firstMessage: '', steps: [{ step: 'speaks', text: '{{a}} {{b}}' }] },
      { dynamic_variables: { a: 1 } },
      'missing_dynamic_variable',
      /agent texts: b$/,
    ],
    [
      'a variable of a tool is missing',
      { firstMessage: '', steps: [{ step: 'calls-tool', name: 't', parameters: { of: '{{who}}' } }] },
      {},
      'missing_dynamic_variable',
      /agent texts: who$/,
    ],
    [
      'a required variable is missing',
      { firstMessage: '', steps: [], requiredVariables: ['crm'] },
      {},
      'missing_dynamic_variable',
      /required variables: crm$/,
    ],
    [
      'an override is not allowed',
      { firstMessage: '', steps: [], allowedOverrides: ['language'] },
      { conversation_config_override: { tts: { voice_id: 'x' } } },
      'override_error',
      /'voice_id'/,
    ],
    [
      'an override does not exist',
      { firstMessage: '', steps: [] },
      { conversation_config_override: { tts: { stability: 0.5 } } },
      'override_error',
      /'stability'/,
    ],
  ];
  it.each(refusals)('fails when %s', async (_, script, initiation, errorType, reason) => {
    const simulator = await start(script);
    const client = await WireClient.call(simulator, initiation);
    const close = await client.untilClosed();
    expect(close.code).toBe(1008);
    expect(close.reason).toMatch(reason);
    expect(at(client.of('error')[0], 'error_event')).toEqual({
      code: 1008,
      error_type: errorType,
      message: close.reason,
    });
    expect(client.of('audio')).toEqual([]);
  });

  it('takes variables of every kind that the wire knows, nested lists and falsy values too', async () => {
    const simulator = await start({ firstMessage: '{{a}} {{b}} {{c}} {{d}} {{e}}', steps: [] });
    const client = await WireClient.call(simulator, {
      dynamic_variables: { a: 0, b: false, c: null, d: '', e: [1, ['x', null]] },
    });
    expect(at(await client.untilFrame('agent_response'), 'agent_response_event.agent_response')).toBe(
      '0 false null  [1,["x",null]]',
    );
  });

  it('needs a signature that is known and made for this agent', async () => {
    const simulator = await start(SILENT);
    const fresh = await signedUrl(simulator);
    const socket = fresh.split('?')[0] ?? '';
    expect(await handshakeStatus(`${socket}?agent_id=agent_one`)).toBe(403);
    expect(await handshakeStatus(`${socket}?agent_id=agent_one&conversation_signature=made_up`)).toBe(403);
    expect(await handshakeStatus(fresh.replace('agent_one', 'agent_two'))).toBe(403);
    expect(await handshakeStatus(fresh.replace('/conversation?', '/elsewhere?'))).toBe(404);
    const client = await WireClient.open(fresh);
    await client.untilFrame('conversation_initiation_metadata');
    expect((await simulator.nextConversation()).authorization).toBe('signed_url');
  });

  it('needs a signature that is not too old', async () => {
    const simulator = await start(SILENT, { timing: { signedUrlLifetimeMs: 0 } });
    const url = await signedUrl(simulator);
    expect(await handshakeStatus(url)).toBe(403);
  });

  it('needs no signature when agents are public', async () => {
    const simulator = await start(SILENT, { requireSignedUrl: false });
    const client = await WireClient.open(
      `${simulator.url.replace('http', 'ws')}/v1/convai/conversation?agent_id=agent_one`,
    );
    await client.untilFrame('conversation_initiation_metadata');
    expect((await simulator.nextConversation()).authorization).toBe('public');
  });
});
