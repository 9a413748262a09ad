/**
 * The pages about the vendors' protocols beside the vendors' own lists: a message that is new there is missed here, by name.
 */
import { readFileSync } from 'node:fs';
import { decodeFromAgent } from '../../src/protocol/elevenlabs/conversation.codec.js';
import { vendorSchemas } from '../simulators/elevenlabs/vendor-schemas.js';
import { withVendorSpec } from '../simulators/twilio/vendor-specs.js';

const ELEVENLABS = readFileSync('docs/protocol/elevenlabs-conversation.md', 'utf8');

function isNamed(type: string): boolean {
  return ELEVENLABS.includes(`\`${type}\``);
}

/** A message that is handled may be refused for what it lacks; one that nobody knows is `unknown`. */
function isKnown(type: string): boolean {
  try {
    return decodeFromAgent(JSON.stringify({ type })).type !== 'unknown';
  } catch {
    return true;
  }
}

describe('the page about the socket of ElevenLabs', () => {
  withVendorSpec('elevenlabs-convai.enums.js-sdk-2.73.0.json', (spec) => {
    const { enums } = spec as { enums: { ClientEvent: readonly string[] } };

    it('has every client event of the SDK, and so has the codec', () => {
      expect(enums.ClientEvent.length).toBeGreaterThanOrEqual(25);
      expect(enums.ClientEvent.filter((type) => !isNamed(type) || !isKnown(type))).toEqual([]);
    });

    it('has every message of the specifications, in both directions', () => {
      const schemas = vendorSchemas();
      const fromAgent = schemas?.typesOf('from-agent') ?? [];
      const toAgent = schemas?.typesOf('to-agent') ?? [];
      expect(Math.min(fromAgent.length, toAgent.length)).toBeGreaterThan(5);
      expect(fromAgent.filter((type) => !isNamed(type) || !isKnown(type))).toEqual([]);
      expect(toAgent.filter((type) => !isNamed(type))).toEqual([]);
    });
  });
});
