/**
 * What this service sends and reads, against the vendors' own descriptions: everything sent fits its schema, and every type that
 * the vendor may send is either handled or ignored by name.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { initiationOf } from '../../src/agent/initiation.js';
import { decodeFromAgent, encodeToAgent } from '../../src/protocol/elevenlabs/conversation.codec.js';
import { decodeFromTwilio, encodeToTwilio } from '../../src/protocol/twilio/media-stream.codec.js';
import { WireError } from '../../src/protocol/decoding.js';
import type { ToAgent } from '../../src/protocol/elevenlabs/conversation.messages.js';
import { readFileSync } from 'node:fs';
import { vendorSchemas } from '../simulators/elevenlabs/vendor-schemas.js';
import { withVendorSpec } from '../simulators/twilio/vendor-specs.js';
import { audioOf, STREAM_SID } from '../support/builders.js';

/** Types seen on the wire beside the vendor's enumeration. */
const BESIDE_THE_ENUM = [
  'agent_reasoning_response_part',
  'rich_content',
  'agent_typing',
  'external_agent_connected',
  'external_agent_disconnected',
  'error',
  'queue_status',
];

/** A bare type lacks its body: that the body is missed shows that the type is read. */
function whatBecomesOf(type: string): 'handled' | 'ignored' | 'unknown' {
  try {
    const read = decodeFromAgent(JSON.stringify({ type }));
    return read.type === 'ignored' || read.type === 'unknown' ? read.type : 'handled';
  } catch (error) {
    if (error instanceof WireError) return 'handled';
    throw error;
  }
}

describe('Media Streams', () => {
  withVendorSpec('twilio-media-streams.messages.schema.json', (spec) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema({ ...(spec as object), $id: 'streams' });
    const faultsOf = (name: string, message: unknown): unknown => {
      const validate = ajv.compile({ $ref: `streams#/$defs/${name}` });
      return validate(message) ? undefined : validate.errors;
    };

    it('takes everything that is sent to a line', () => {
      for (const text of [
        encodeToTwilio({ event: 'media', streamSid: STREAM_SID, media: { payload: audioOf(20) } }),
        encodeToTwilio({ event: 'mark', streamSid: STREAM_SID, mark: { name: 'g0:m1' } }),
        encodeToTwilio({ event: 'clear', streamSid: STREAM_SID }),
      ]) {
        expect(faultsOf('toTwilio', JSON.parse(text))).toBeUndefined();
      }
    });

    it('refuses what is not one of the three, so that the check above can fail', () => {
      expect(faultsOf('toTwilio', { event: 'clear', streamSid: STREAM_SID, extra: 1 })).toBeDefined();
      expect(faultsOf('toTwilio', { event: 'stop', streamSid: STREAM_SID })).toBeDefined();
    });

    it('describes the frames that were written down by hand', () => {
      const frames = JSON.parse(
        readFileSync(new URL('fixtures/from-twilio.json', import.meta.url), 'utf8'),
      ) as Record<string, unknown>;
      for (const frame of Object.values(frames)) {
        expect(faultsOf('fromTwilio', frame)).toBeUndefined();
        expect(decodeFromTwilio(JSON.stringify(frame)).event).not.toBe('unknown');
      }
    });
  });
});

describe('the agent socket', () => {
  withVendorSpec('elevenlabs-convai.enums.js-sdk-2.73.0.json', (spec) => {
    const { ClientEvent } = (spec as { enums: { ClientEvent: string[] } }).enums;
    const schemas = vendorSchemas();

    it.each([...ClientEvent, ...BESIDE_THE_ENUM])('knows the type %s', (type) => {
      expect(whatBecomesOf(type)).toMatch(/^(handled|ignored)$/);
    });

    it('would notice a type that it does not know', () => {
      expect(whatBecomesOf('brand_new_event')).toBe('unknown');
    });

    it('enumerates as many events as when this was written', () => {
      expect(ClientEvent).toHaveLength(25);
    });

    const overrides = { firstMessage: 'Hello.', prompt: 'Be brief.', language: 'en', voiceId: 'voice_5' };
    const sent: readonly [string, ToAgent][] = [
      ['an opening without anything', initiationOf({}, {})],
      ['an opening with variables', initiationOf({ name: 'Zoë', visits: 3, ratio: 0.5, is_new: false }, {})],
      ['an opening with every override', initiationOf({}, overrides)],
      ...Object.entries(overrides).map(([name, value]): [string, ToAgent] => [
        `an opening with the override ${name} alone`,
        initiationOf({ name: 'x' }, { [name]: value }),
      ]),
      ['audio', { user_audio_chunk: audioOf(20) }],
      ['a pong', { type: 'pong', event_id: 0 }],
      ['a tool result', { type: 'client_tool_result', tool_call_id: 'tc_1', result: '', is_error: true }],
      ['words of the caller', { type: 'user_message', text: 'The caller pressed 1 on the keypad.' }],
      ['a whisper', { type: 'contextual_update', text: 'The caller is in the car.' }],
      ['a sign of life', { type: 'user_activity' }],
    ];
    it.each(sent)('takes %s', (_name, message) => {
      expect(schemas?.faultsOfMessage('to-agent', JSON.parse(encodeToAgent(message)))).toBeUndefined();
    });

    it('refuses what is misspelt, so that the checks above can fail', () => {
      expect(
        schemas?.faultsOfMessage('to-agent', {
          type: 'client_tool_result',
          tool_call_id: 'tc_1',
          result: {},
          is_error: false,
        }),
      ).toBeDefined();
      expect(
        schemas?.faultsOfMessage('to-agent', { ...initiationOf({}, {}), dynamicVariables: {} }),
      ).toBeDefined();
    });

    it('describes the frames that were written down by hand', () => {
      const frames = JSON.parse(
        readFileSync(new URL('fixtures/from-agent.json', import.meta.url), 'utf8'),
      ) as Record<string, unknown>;
      for (const [type, frame] of Object.entries(frames)) {
        // The queue is in no specification, only in the vendor's own widget.
        const expected = type === 'queue_status' ? 'unspecified' : undefined;
        expect([type, schemas?.faultsOfMessage('from-agent', frame)]).toEqual([type, expected]);
      }
    });
  });
});
