/** Conversations by REST: the record of one, with cost and analysis, and the list of all. */
import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { vendorSchemas } from './vendor-schemas.js';
import { at, rest, WireClient } from './wire-client.js';

const open: ElevenLabsSimulator[] = [];
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

describe('the record of a conversation', () => {
  it('tells state, words, tools, duration and cost as they really were', async () => {
    const simulator = await start({ script: SCRIPT, timing: { processingMs: 100 } });
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
    expect(during.body).toMatchObject({
      status: 'in-progress',
      metadata: { cost: null, cost_fiat: null, charging: { platform_price: null }, termination_reason: '' },
      analysis: null,
    });
    client.send({
      type: 'client_tool_result',
      tool_call_id: String(at(call, 'client_tool_call.tool_call_id')),
      result: 'found',
      is_error: false,
    });
    client.send({ type: 'user_message', text: 'Thanks.' });
    await conversation.untilClosed();
    const processing = await rest(simulator, path);
    expectVendorShape('GetConversationResponseModel', processing.body);
    expect(processing.body).toMatchObject({
      status: 'processing',
      metadata: { cost_fiat: null },
      analysis: null,
    });
    await conversation.untilProcessed();
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
    expect(at(body, 'metadata.charging.platform_price')).toBe(at(body, 'metadata.cost_fiat'));
    expect(body).toMatchObject({
      analysis: {
        call_successful: 'unknown',
        transcript_summary: '[simulated] 1 turns of the agent, 1 of the caller, tools look.',
      },
    });
    expect((await rest(simulator, '/v1/convai/conversations/conv_x')).status).toBe(404);
  });

  it('tells why a conversation failed', async () => {
    const simulator = await start({ script: { firstMessage: '', steps: [], faults: { quotaAfterMs: 5 } } });
    await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await conversation.untilProcessed();
    const { body } = await rest(simulator, `/v1/convai/conversations/${conversation.id}`);
    expectVendorShape('GetConversationResponseModel', body);
    expect(body).toMatchObject({
      status: 'failed',
      metadata: { termination_reason: 'This request exceeds your quota limit.', error: { code: 1002 } },
    });
  });

  it('has the price that was asked for and the analysis of the script', async () => {
    const simulator = await start({
      costUsdPerMinute: 6,
      timing: { processingMs: 0 },
      script: {
        firstMessage: '',
        steps: [{ step: 'ends-call' }],
        analysis: {
          callSuccessful: 'success',
          summary: 'He wanted his order.',
          title: 'An order',
          criteria: { polite: { result: 'failure', rationale: 'No goodbye.' } },
          collected: { order: { value: 7 } },
        },
      },
    });
    await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await conversation.untilProcessed();
    const { body } = await rest(simulator, `/v1/convai/conversations/${conversation.id}`);
    expectVendorShape('GetConversationResponseModel', body);
    expect(Number(at(body, 'metadata.cost_fiat'))).toBeCloseTo(conversation.connectedSecs / 10, 5);
    expect(at(body, 'analysis')).toEqual({
      call_successful: 'success',
      transcript_summary: 'He wanted his order.',
      call_summary_title: 'An order',
      evaluation_criteria_results: {
        polite: { criteria_id: 'polite', result: 'failure', rationale: 'No goodbye.' },
      },
      data_collection_results: {
        order: { data_collection_id: 'order', value: 7, json_schema: null, rationale: '' },
      },
    });
  });

  it('is guarded by the key, and unknown by another id in the shape of the vendor', async () => {
    const simulator = await start({ script: SCRIPT });
    const path = '/v1/convai/conversations/conv_x';
    expect((await rest(simulator, path, 'sk_wrong')).status).toBe(401);
    expect(await rest(simulator, path)).toMatchObject({
      status: 404,
      body: { detail: { status: 'document_not_found' } },
    });
  });
});

describe('the list of conversations', () => {
  const LIST = '/v1/convai/conversations';
  const SHORT: AgentScript = { firstMessage: '', steps: [{ step: 'ends-call' }] };

  async function three(): Promise<[ElevenLabsSimulator, string[]]> {
    const simulator = await start({ script: SHORT, timing: { processingMs: 0 } });
    const ids: string[] = [];
    for (const [agent, user] of [
      ['agent_one', 'a'],
      ['agent_two', 'b'],
      ['agent_one', 'b'],
    ]) {
      await WireClient.call(simulator, { user_id: user }, agent);
      const conversation = await simulator.nextConversation();
      await conversation.untilProcessed();
      ids.unshift(conversation.id);
    }
    return [simulator, ids];
  }

  function idsOf(body: unknown): unknown[] {
    return (at(body, 'conversations') as object[]).map((one) => at(one, 'conversation_id'));
  }

  it('shows the newest first, page by page, and what a filter asks for', async () => {
    const [simulator, ids] = await three();
    const first = await rest(simulator, `${LIST}?page_size=2`);
    expectVendorShape('GetConversationsPageResponseModel', first.body);
    expect([idsOf(first.body), at(first.body, 'has_more')]).toEqual([ids.slice(0, 2), true]);
    const second = await rest(
      simulator,
      `${LIST}?page_size=2&cursor=${String(at(first.body, 'next_cursor'))}`,
    );
    expect(second.body).toMatchObject({ has_more: false, next_cursor: null });
    expect(idsOf(second.body)).toEqual(ids.slice(2));
    const found = async (query: string): Promise<unknown[]> =>
      idsOf((await rest(simulator, LIST + query)).body);
    expect(await found('?agent_id=agent_one')).toEqual([ids[0], ids[2]]);
    expect(await found('?user_id=b&agent_id=agent_one')).toEqual([ids[0]]);
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    expect(await found(`?call_start_after_unix=${hourAgo}`)).toEqual(ids);
    expect(await found(`?call_start_before_unix=${hourAgo}`)).toEqual([]);
    expect(await found('?exclude_statuses=failed&exclude_statuses=done')).toEqual([]);
    expect(at((await rest(simulator, `${LIST}?summary_mode=include`)).body, 'conversations.0')).toMatchObject(
      {
        status: 'done',
        transcript_summary: '[simulated] 0 turns of the agent, 0 of the caller, no tools.',
      },
    );
  });

  it.each(['page_size=0', 'page_size=101', 'cursor=eA', 'call_start_after_unix=x', 'main_languages=de'])(
    'refuses %s in the shape of the vendor',
    async (query) => {
      const simulator = await start({ script: SHORT });
      const { status, body } = await rest(simulator, `${LIST}?${query}`);
      expect([status, at(body, 'detail.0.loc')]).toEqual([422, ['query', query.split('=')[0]]]);
      expectVendorShape('HTTPValidationError', body);
      expect((await rest(simulator, LIST, 'sk_wrong')).status).toBe(401);
    },
  );
});
