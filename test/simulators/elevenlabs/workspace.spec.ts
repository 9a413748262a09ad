/**
 * Agents and tools over REST: what is written is read again, in the vendor's shapes, and changes the conversations.
 */
import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { vendorSchemas } from './vendor-schemas.js';
import { at, signedUrl, WireClient } from './wire-client.js';

const SCRIPT: AgentScript = { firstMessage: 'Hello.', steps: [{ step: 'listens' }] };
const open: ElevenLabsSimulator[] = [];
const TOOLS = '/v1/convai/tools';
const AGENTS = '/v1/convai/agents';

async function start(options: SimulatorOptions = { agents: { agent_one: SCRIPT, agent_two: SCRIPT } }) {
  const simulator = await ElevenLabsSimulator.start(options);
  open.push(simulator);
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { 'xi-api-key': simulator.apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return { simulator, ask };
}

function expectVendorShape(schema: string, body: unknown): void {
  expect(vendorSchemas()?.faultsOfAnswer(schema, body)).toBeUndefined();
}

function tool(name: string, more: object = {}): object {
  const parameters = {
    type: 'object',
    required: ['sku'],
    properties: { sku: { type: 'string', description: 'What is printed on it' } },
  };
  return { tool_config: { type: 'client', name, description: 'Looks it up', parameters, ...more } };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.stop()));
});

describe('agents', () => {
  it('are listed by page', async () => {
    const { ask } = await start();
    const first = await ask('GET', `${AGENTS}?page_size=1`);
    expectVendorShape('GetAgentsPageResponseModel', first.body);
    expect(first.body).toMatchObject({ agents: [{ agent_id: 'agent_one' }], has_more: true });
    const second = await ask('GET', `${AGENTS}?page_size=1&cursor=${String(at(first.body, 'next_cursor'))}`);
    expect(second.body).toMatchObject({ agents: [{ agent_id: 'agent_two' }], has_more: false });
    const faulty = await ask('GET', `${AGENTS}?page_size=101`);
    expect(faulty.status).toBe(422);
    expectVendorShape('HTTPValidationError', faulty.body);
  });

  it('keep everything that a change does not name', async () => {
    const { ask } = await start();
    const before = await ask('GET', `${AGENTS}/agent_one`);
    const change = { conversation_config: { asr: { user_input_audio_format: 'pcm_16000' } } };
    const { status, body } = await ask('PATCH', `${AGENTS}/agent_one`, change);
    expect(status).toBe(200);
    expectVendorShape('GetAgentResponseModel', body);
    const changed = structuredClone(before.body) as { conversation_config: { asr: object } };
    changed.conversation_config.asr = change.conversation_config.asr;
    expect(body).toEqual(changed);
    expect((await ask('GET', `${AGENTS}/agent_one`)).body).toEqual(changed);
    expect((await ask('GET', `${AGENTS}/agent_two`)).body).toMatchObject({
      conversation_config: { asr: { user_input_audio_format: 'ulaw_8000' } },
    });
  });

  it('hold their next conversation with the changed formats', async () => {
    const { simulator, ask } = await start();
    await ask('PATCH', `${AGENTS}/agent_one`, {
      conversation_config: { tts: { agent_output_audio_format: 'pcm_16000' } },
    });
    const client = await WireClient.open(await signedUrl(simulator));
    const metadata = await client.untilFrame('conversation_initiation_metadata');
    expect(at(metadata, 'conversation_initiation_metadata_event.agent_output_audio_format')).toBe(
      'pcm_16000',
    );
  });

  it.each([
    [{ conversation_config: { asr: { user_input_audio_format: 'mp3' } } }, 'user_input_audio_format'],
    [{ conversation_config: { conversation: { client_events: ['queue_status'] } } }, 'client_events'],
    [{ conversation_config: { agent: { prompt: { tool_ids: [1] } } } }, 'tool_ids'],
    [{ platform_settings: { queueing_config: { wait_timeout_seconds: 1801 } } }, 'wait_timeout_seconds'],
    [{ conversation_config: 1 }, 'conversation_config'],
  ])('refuse %j and stay as they are', async (change, named) => {
    const { ask } = await start();
    const before = await ask('GET', `${AGENTS}/agent_one`);
    const refused = await ask('PATCH', `${AGENTS}/agent_one`, change);
    expect(refused.status).toBe(422);
    expectVendorShape('HTTPValidationError', refused.body);
    expect(JSON.stringify(refused.body)).toContain(named);
    expect((await ask('GET', `${AGENTS}/agent_one`)).body).toEqual(before.body);
  });

  it('are 404 when they are not there, and 401 for a wrong key', async () => {
    const { simulator, ask } = await start();
    expect((await ask('PATCH', `${AGENTS}/agent_none`, {})).status).toBe(404);
    const response = await fetch(`${simulator.url}${AGENTS}`, { headers: { 'xi-api-key': 'sk_wrong' } });
    expect(response.status).toBe(401);
  });
});

describe('tools', () => {
  it('are shown with the defaults of the vendor, changed and deleted', async () => {
    const { ask } = await start();
    const made = await ask('POST', TOOLS, tool('look_up'));
    expect(made.status).toBe(200);
    expectVendorShape('ToolResponseModel', made.body);
    expect(made.body).toMatchObject({ tool_config: { expects_response: false, response_timeout_secs: 20 } });
    const path = `${TOOLS}/${String(at(made.body, 'id'))}`;
    const changed = await ask('PATCH', path, tool('look_up', { expects_response: true }));
    expect(changed.body).toMatchObject({ tool_config: { expects_response: true } });
    expect((await ask('GET', path)).body).toEqual(changed.body);
    expect((await ask('DELETE', path)).status).toBe(200);
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('are listed by page', async () => {
    const { ask } = await start();
    for (const name of ['one', 'two', 'three']) await ask('POST', TOOLS, tool(name));
    const first = await ask('GET', `${TOOLS}?page_size=2`);
    expectVendorShape('ToolsResponseModel', first.body);
    const second = await ask('GET', `${TOOLS}?page_size=2&cursor=${String(at(first.body, 'next_cursor'))}`);
    expect([at(first.body, 'has_more'), at(second.body, 'has_more')]).toEqual([true, false]);
    expect(second.body).toMatchObject({ tools: [{ tool_config: { name: 'three' } }], next_cursor: null });
  });

  it('that an agent has are deleted by force alone, and then it has them no longer', async () => {
    const { ask } = await start();
    const id = String(at((await ask('POST', TOOLS, tool('look_up'))).body, 'id'));
    await ask('PATCH', `${AGENTS}/agent_one`, {
      conversation_config: { agent: { prompt: { tool_ids: [id] } } },
    });
    const users = await ask('GET', `${TOOLS}/${id}/dependent-agents`);
    expectVendorShape('GetToolDependentAgentsResponseModel', users.body);
    expect(users.body).toMatchObject({ agents: [{ id: 'agent_one' }] });
    expect((await ask('DELETE', `${TOOLS}/${id}`)).status).toBe(400);
    expect((await ask('DELETE', `${TOOLS}/${id}?force=true`)).status).toBe(200);
    const agent = await ask('GET', `${AGENTS}/agent_one`);
    expect(agent.body).toMatchObject({ conversation_config: { agent: { prompt: { tool_ids: [] } } } });
  });

  it.each([
    ['a bad name', tool('look up')],
    ['no description', tool('look_up', { description: undefined })],
    ['too long a time', tool('look_up', { response_timeout_secs: 121 })],
    ['a leaf from nowhere', leaf({ type: 'string' })],
    ['a leaf from two places', leaf({ type: 'string', description: 'It', constant_value: 'x' })],
    ['an unknown type', leaf({ type: 'date', description: 'It' })],
    ['no configuration', {}],
  ])('with %s are refused', async (_fault, body) => {
    const { ask } = await start();
    const refused = await ask('POST', TOOLS, body);
    expect(refused.status).toBe(422);
    expectVendorShape('HTTPValidationError', refused.body);
    expect((await ask('GET', TOOLS)).body).toMatchObject({ tools: [] });
  });
});

function leaf(schema: object): object {
  return tool('look_up', { parameters: { type: 'object', properties: { sku: schema } } });
}
