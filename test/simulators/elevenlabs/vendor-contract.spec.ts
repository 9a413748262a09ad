import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { DEFAULT_CLIENT_EVENTS } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { turn } from './sounds.js';
import { vendorSchemas } from './vendor-schemas.js';
import { at, assertNoViolations, validated, WireClient } from './wire-client.js';

const schemas = vendorSchemas();

const EVERYTHING: AgentScript = {
  firstMessage: 'A greeting that is long enough to be interrupted by somebody who is in a hurry.',
  steps: [
    { step: 'listens' },
    { step: 'calls-tool', name: 'look', parameters: { deep: { list: [1, 'two'] } } },
    { step: 'errors', shape: 'client_error', code: 1002, name: 'llm_timeout', message: 'Slow.' },
    { step: 'errors', shape: 'error_event', code: 1002, name: 'llm_timeout', message: 'Slow.' },
    { step: 'speaks', text: 'Yes.' },
    { step: 'listens' },
    { step: 'ends-call' },
  ],
  clientEvents: [...DEFAULT_CLIENT_EVENTS, 'vad_score', 'agent_tool_request'],
};

if (schemas) {
  describe('against the specifications of the vendor', () => {
    it('every kind of message of the simulator, and every one that it takes, is as specified', async () => {
      const simulator = await ElevenLabsSimulator.start({
        script: EVERYTHING,
        alignment: true,
        timing: { pingIntervalMs: 20 },
      });
      const client = await WireClient.call(simulator, {
        conversation_config_override: { agent: { language: 'en', prompt: { prompt: 'Short.' } } },
        dynamic_variables: { name: 'Ann', count: 2, yes: true, none: null, list: ['a', ['b']] },
        user_id: 'crm-1',
        source_info: { source: 'node_js_sdk', version: '1.0.0' },
        custom_llm_extra_body: { temperature: 0.5 },
      });
      await client.untilFrame('agent_response');
      client.speak(turn(500));
      const call = await client.untilFrame('client_tool_call');
      client.send({
        type: 'client_tool_result',
        tool_call_id: String(at(call, 'client_tool_call.tool_call_id')),
        result: 'no',
        is_error: true,
        error_type: 'user_rejected',
      });
      client.send({ type: 'contextual_update', text: 'x', context_id: 'c' });
      client.send({ type: 'user_activity' });
      client.send({ type: 'feedback', event_id: 1, score: 'like' });
      client.send({ type: 'mcp_tool_approval_result', tool_call_id: 'm', is_approved: false });
      await client.untilFrame('agent_response', 2);
      await client.untilFrame('ping', 2);
      client.send({ type: 'multimodal_message', text: { type: 'user_message', text: 'Bye.' } });
      await client.untilClosed();
      await simulator.stop();

      const fields = client.of('agent_tool_response')[0];
      expect(at(fields, 'agent_tool_response')).toMatchObject({
        tool_name: 'look',
        is_error: true,
        is_called: false,
      });
      assertNoViolations();
      expect([...validated].toSorted()).toEqual([
        'from-agent agent_response',
        'from-agent agent_response_complete',
        'from-agent agent_response_correction',
        'from-agent agent_tool_request',
        'from-agent agent_tool_response',
        'from-agent audio',
        'from-agent client_error',
        'from-agent client_tool_call',
        'from-agent conversation_initiation_metadata',
        'from-agent error',
        'from-agent interruption',
        'from-agent ping',
        'from-agent user_transcript',
        'from-agent vad_score',
        'to-agent client_tool_result',
        'to-agent contextual_update',
        'to-agent conversation_initiation_client_data',
        'to-agent feedback',
        'to-agent mcp_tool_approval_result',
        'to-agent multimodal_message',
        'to-agent pong',
        'to-agent user_activity',
        'to-agent user_audio_chunk',
      ]);
    });

    it.each([
      ['a wrong type of field', 'from-agent', { type: 'ping', ping_event: { event_id: 'one' } }],
      ['a missing field', 'from-agent', { type: 'interruption', interruption_event: {} }],
      ['a misspelt field', 'from-agent', { type: 'ping', ping_event: { event_id: 1, ping_msec: 3 } }],
      [
        'a field outside the event',
        'from-agent',
        { type: 'interruption', interruption_event: { event_id: 1 }, event_id: 1 },
      ],
      [
        'an unknown audio format',
        'from-agent',
        {
          type: 'conversation_initiation_metadata',
          conversation_initiation_metadata_event: {
            conversation_id: 'c',
            agent_output_audio_format: 'mp3',
            user_input_audio_format: 'ulaw_8000',
          },
        },
      ],
      [
        'an unknown kind of error',
        'from-agent',
        { type: 'error', error_event: { code: 1002, error_type: 'bad_mood' } },
      ],
      [
        'a result that is no string',
        'to-agent',
        { type: 'client_tool_result', tool_call_id: 't', result: {}, is_error: false },
      ],
      ['a message in the wrong direction', 'to-agent', { type: 'ping', ping_event: { event_id: 1 } }],
    ] as const)('the specification finds %s', (_, direction, message) => {
      expect(schemas.faultsOfMessage(direction, message)).toEqual(expect.any(String));
    });

    it('the specification finds a faulty REST answer', () => {
      expect(schemas.faultsOfAnswer('ConversationSignedUrlResponseModel', { signedUrl: 'x' })).toEqual(
        expect.any(String),
      );
    });
  });
} else {
  process.stderr.write(
    'VENDOR_SPECS is not set: the ElevenLabs simulator is not held against the vendor specifications.\n',
  );
  it('is left out: the vendor specifications, since VENDOR_SPECS is not set', () => {
    expect(schemas).toBeUndefined();
  });
}
