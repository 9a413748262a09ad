/** The simulator's signatures against the vendor's own code and recorded values. */
import twilio from 'twilio';
import { twilioSignature, type SignedParams } from '../../../src/simulators/twilio/signature.js';
import { withVendorSpec } from './vendor-specs.js';

const TOKEN = 'a-token-of-32-characters-0123456';
const URL_WITH_QUERY = 'https://bridge.example.test/twilio/voice?x=a%20b&y=%C3%9F';

interface Vectors {
  readonly authToken: string;
  readonly exact: readonly {
    readonly name: string;
    readonly url: string;
    readonly params: SignedParams;
    readonly signature: string;
  }[];
}

describe('the signature of a request', () => {
  const cases: readonly [string, string, SignedParams][] = [
    ['a form with empty and foreign values', URL_WITH_QUERY, { b: '', B: 'x y', a: 'grüße & +', Z: '1' }],
    ['a repeated field', URL_WITH_QUERY, { Tag: ['b', 'a', 'b'], a: '1' }],
    ['no fields', URL_WITH_QUERY, {}],
    ['a stream', 'wss://bridge.example.test/stream/abc', {}],
  ];
  it.each(cases)('is accepted by the vendor for %s', (_, url, params) => {
    const signature = twilioSignature(TOKEN, url, params);
    expect(twilio.validateRequest(TOKEN, signature, url, params as Record<string, string>)).toBe(true);
    expect(twilio.validateRequest(TOKEN, signature, `${url}x`, params as Record<string, string>)).toBe(false);
  });

  it('orders names by code unit, so that capitals come first', () => {
    const one = twilioSignature(TOKEN, 'https://a.test/', { a: '1', B: '2' });
    expect(one).toBe(twilioSignature(TOKEN, 'https://a.test/B2a1'));
  });

  withVendorSpec('twilio-signature.vectors.json', (spec) => {
    const { authToken, exact } = spec as Vectors;
    it.each(exact)('equals the recorded one: $name', ({ url, params, signature }) => {
      expect(twilioSignature(authToken, url, params)).toBe(signature);
    });
  });
});
