/** Twilio's signature, over HTTP and on the upgrade of a stream. */
import { createHmac } from 'node:crypto';
import { socketBase, TwilioSignature, type SignedParams } from '../../src/twiml/twilio-signature.js';
import { withVendorSpec } from '../simulators/twilio/vendor-specs.js';
import { AUTH_TOKEN, environmentWith } from '../support/builders.js';

const BASE = 'https://bridge.example.test';

function signature(PUBLIC_URL = BASE, TWILIO_AUTH_TOKEN = AUTH_TOKEN): TwilioSignature {
  return new TwilioSignature(environmentWith({ PUBLIC_URL, TWILIO_AUTH_TOKEN }));
}
/** By hand, after the vendor's description: the address, then names and values in order of their names. */
function signed(text: string, token = AUTH_TOKEN): string {
  return createHmac('sha1', token).update(text).digest('base64');
}

describe('a signed form', () => {
  const params = { To: '+14155550199', CallSid: 'CA1', From: '+14155550100', Empty: '' };
  const good = signed(`${BASE}/twiml?name=Jo%20hnCallSidCA1EmptyFrom+14155550100To+14155550199`);

  it('is taken', () => {
    expect(signature().ofForm(good, '/twiml?name=Jo%20hn', params)).toBe(true);
  });

  it.each([
    ['another value', '/twiml?name=Jo%20hn', { ...params, From: '+14155550101' }],
    ['a field too many', '/twiml?name=Jo%20hn', { ...params, Extra: '1' }],
    ['a field too few', '/twiml?name=Jo%20hn', { To: '+14155550199' }],
    ['another query', '/twiml?name=Jo%20hm', params],
    ['another path', '/twiml/next?name=Jo%20hn', params],
  ])('is refused with %s', (_name, path, given) => {
    expect(signature().ofForm(good, path, given)).toBe(false);
  });

  it('is refused under another address, with another token, and without a signature', () => {
    expect(signature('https://other.example.test').ofForm(good, '/twiml?name=Jo%20hn', params)).toBe(false);
    expect(signature(BASE, 'f'.repeat(32)).ofForm(good, '/twiml?name=Jo%20hn', params)).toBe(false);
    expect(signature().ofForm(undefined, '/twiml?name=Jo%20hn', params)).toBe(false);
    expect(signature().ofForm('', '/twiml?name=Jo%20hn', params)).toBe(false);
    expect(signature().ofForm('not base64 at all', '/twiml?name=Jo%20hn', params)).toBe(false);
  });
});

describe('while auth tokens are being rotated', () => {
  const SECOND = 'fedcba9876543210fedcba9876543210';
  const door = new TwilioSignature(
    environmentWith({ PUBLIC_URL: BASE, TWILIO_AUTH_TOKEN_SECONDARY: SECOND }),
  );

  it('signatures of both are taken, in forms and upgrades, and none of a third', () => {
    for (const [token, isTaken] of [
      [AUTH_TOKEN, true],
      [SECOND, true],
      ['f'.repeat(32), false],
    ] as const) {
      expect(door.ofForm(signed(`${BASE}/twiml`, token), '/twiml', {})).toBe(isTaken);
      const upgrade = signed('wss://bridge.example.test/stream/abc', token);
      expect(door.ofUpgrade(upgrade, '/stream/abc')).toBe(isTaken);
    }
  });
});

describe('a signed upgrade', () => {
  it('is signed over the wss address, not the https one', () => {
    expect(signature().ofUpgrade(signed('wss://bridge.example.test/stream/abc'), '/stream/abc')).toBe(true);
    expect(signature().ofUpgrade(signed(`${BASE}/stream/abc`), '/stream/abc')).toBe(false);
  });

  it('is taken with its query, without it, and with a slash at the end', () => {
    const path = '/stream/abc?name=John';
    for (const text of ['/stream/abc?name=John', '/stream/abc', '/stream/abc/']) {
      expect(signature().ofUpgrade(signed(`wss://bridge.example.test${text}`), path)).toBe(true);
    }
    expect(signature().ofUpgrade(signed('wss://bridge.example.test/stream/abd'), path)).toBe(false);
    expect(signature().ofUpgrade(undefined, path)).toBe(false);
  });

  it('is plain only where no Twilio can be meant', () => {
    expect(socketBase('https://calls.example.com')).toBe('wss://calls.example.com');
    expect(socketBase('http://127.0.0.1:3000')).toBe('ws://127.0.0.1:3000');
  });
});

interface Vector {
  readonly name: string;
  readonly kind: 'form' | 'get' | 'json' | 'websocket';
  readonly url: string;
  readonly params: SignedParams;
  readonly signature: string;
  readonly body?: string;
}

interface JudgedVector {
  readonly name: string;
  readonly validatedUrl: string;
  readonly params: SignedParams;
  readonly signature: string;
}

describe('the recorded signatures', () => {
  withVendorSpec('twilio-signature.vectors.json', (spec) => {
    const { authToken, exact, tolerated, rejected } = spec as {
      authToken: string;
      exact: Vector[];
      tolerated: JudgedVector[];
      rejected: JudgedVector[];
    };
    const takes = ({ kind, url, params, signature: given, body }: Vector): boolean => {
      const { host, pathname, search } = new URL(url);
      // A default port is lost by the parser, and belongs to the signed text here.
      const port = /:443\b/.test(url) ? ':443' : '';
      const door = signature(`https://${host}${port}`, authToken);
      const path = `${pathname}${search}`;
      if (kind === 'websocket') return door.ofUpgrade(given, path);
      return kind === 'json' ? door.ofJson(given, path, body ?? '') : door.ofForm(given, path, params);
    };
    it.each(exact)('are taken: $name', (vector) => {
      expect(takes(vector)).toBe(true);
    });
    it.each(exact)('are refused when a letter of the address differs: $name', (vector) => {
      expect(takes({ ...vector, url: vector.url.replace('example', 'exemple') })).toBe(false);
    });
    /** An address as it would be configured, and what was asked of it. */
    const isTaken = ({ validatedUrl, params, signature: given }: JudgedVector): boolean => {
      const [, base = '', path = ''] = /^(\w+:\/\/[^/]+)(.*)$/.exec(validatedUrl) ?? [];
      const door = signature(base.replace(/^ws/, 'http'), authToken);
      return base.startsWith('ws') ? door.ofUpgrade(given, path) : door.ofForm(given, path, params);
    };
    it.each(tolerated)('are taken though written differently: $name', (vector) => {
      expect(isTaken(vector)).toBe(true);
    });
    it.each(rejected)('are refused: $name', (vector) => {
      expect(isTaken(vector)).toBe(false);
    });
    it('are refused for another body', () => {
      const vector = exact.find(({ kind }) => kind === 'json');
      expect(vector && takes(vector)).toBe(true);
      expect(vector && takes({ ...vector, body: '{"a":2}' })).toBe(false);
    });
  });
});
