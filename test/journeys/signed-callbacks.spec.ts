/**
 * Twilio's signature at the real doors, behind the real parsers. The service is asked at an address of this machine and checks
 * against PUBLIC_URL, as behind a proxy.
 */
import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { WholeSystem } from '../support/whole-system.js';

const PUBLIC_URL = 'https://bridge.example.test';
const CALL_SID = `CA${'3'.repeat(32)}`;
const FORM = 'application/x-www-form-urlencoded';

type Fields = readonly (readonly [string, string])[];

describe('a callback of Twilio', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      agent: { firstMessage: 'Hello', steps: [] },
      variables: { PUBLIC_URL },
    });
  });
  afterAll(() => system.stop());

  const sign = (text: string): string =>
    createHmac('sha1', system.twilio.authToken).update(text).digest('base64');

  /** Not fetch: it would not let us choose the Host. */
  const ask = (
    method: string,
    path: string,
    signature: string,
    body = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        `${system.url}${path}`,
        { method, headers: { 'x-twilio-signature': signature, 'content-type': FORM, ...headers } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.once('error', reject);
      request.end(body);
    });

  const bodyOf = (fields: Fields): string =>
    fields.map(([name, value]) => new URLSearchParams({ [name]: value }).toString()).join('&');

  /** As the vendor describes it: names in order, each with its values, without repetition and in order. */
  const textOf = (path: string, fields: Fields): string =>
    [...new Set(fields.map(([name]) => name))]
      .toSorted()
      .map((name) =>
        [...new Set(fields.filter(([other]) => other === name).map(([, value]) => value))]
          .toSorted()
          .map((value) => name + value)
          .join(''),
      )
      .reduce((text, part) => text + part, `${PUBLIC_URL}${path}`);

  it.each<[string, Fields]>([
    [
      'plain fields',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
      ],
    ],
    [
      'empty fields',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ['CallerCity', ''],
      ],
    ],
    [
      'a repeated field',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ['Tag', 'b'],
        ['Tag', 'a'],
        ['Tag', 'b'],
      ],
    ],
    [
      'brackets in a name',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ['Tag[x]', '1'],
        ['Tag[y][]', '2'],
      ],
    ],
    [
      'spaces, plus signs and letters of the world',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ['CallerName', ' a+b & c=d ÄÖ 東京 😀 '],
      ],
    ],
    [
      'a field of a name that objects have',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ['toString', 'x'],
        ['constructor', 'y'],
      ],
    ],
    [
      'more fields than most parsers take',
      [
        ['CallSid', CALL_SID],
        ['CallStatus', 'ringing'],
        ...Array.from({ length: 300 }, (_each, at) => [`SipHeader_X-${at}`, String(at)] as const),
      ],
    ],
  ])('is taken with %s, and refused when a letter of them differs', async (_what, fields) => {
    const path = '/twilio/status?call=call_0123';
    const body = bodyOf(fields);
    const signature = sign(textOf(path, fields));
    expect(await ask('POST', path, signature, body)).toBe(204);
    expect(await ask('POST', path, signature, `${body}&Extra=`)).toBe(403);
    expect(await ask('POST', path, signature, body.replace('ringing', 'rinGing'))).toBe(403);
  });

  it('is signed without the fragment that carries its own settings', async () => {
    const fields = [
      ['CallSid', CALL_SID],
      ['CallStatus', 'ringing'],
    ] as const;
    const body = bodyOf(fields);
    const path = '/twilio/status?call=call_0123';
    expect(await ask('POST', `${path}#rc=3&rp=5xx`, sign(textOf(path, fields)), body)).toBe(204);
    expect(await ask('POST', path, sign(textOf(`${path}#rc=3&rp=5xx`, fields)), body)).toBe(403);
  });

  it('by GET is signed by its address alone', async () => {
    const path = `/twiml?CallSid=${CALL_SID}&From=%2B14155550123&To=%2B14155550100&Direction=inbound&name=J%20D`;
    expect(await ask('GET', path, sign(`${PUBLIC_URL}${path}`))).toBe(200);
    expect(await ask('GET', path.replace('J%20', 'K%20'), sign(`${PUBLIC_URL}${path}`))).toBe(403);
  });

  it('as JSON is signed by the hash of its very bytes', async () => {
    const body = `{ "CallSid": "${CALL_SID}", "CallStatus": "ringing" }`;
    const hash = createHash('sha256').update(body).digest('hex');
    const path = `/twilio/status?call=call_0123&bodySHA256=${hash}`;
    const json = { 'content-type': 'application/json' };
    expect(await ask('POST', path, sign(`${PUBLIC_URL}${path}`), body, json)).toBe(204);
    expect(await ask('POST', path, sign(`${PUBLIC_URL}${path}`), body.replace('{ ', '{'), json)).toBe(403);
    const bare = '/twilio/status?call=call_0123';
    expect(await ask('POST', bare, sign(`${PUBLIC_URL}${bare}`), body, json)).toBe(403);
  });

  it('is checked against PUBLIC_URL, whatever a proxy or a stranger says of host and scheme', async () => {
    const fields = [
      ['CallSid', CALL_SID],
      ['CallStatus', 'ringing'],
    ] as const;
    const body = bodyOf(fields);
    const path = '/twilio/status';
    const claims = {
      host: 'evil.example.test',
      'x-forwarded-host': 'evil.example.test',
      'x-forwarded-proto': 'http',
      'x-original-url': '/twilio/other',
    };
    const theirs = textOf(path, fields).replace(PUBLIC_URL, 'http://evil.example.test');
    expect(await ask('POST', path, sign(textOf(path, fields)), body, claims)).toBe(204);
    expect(await ask('POST', path, sign(theirs), body, claims)).toBe(403);
  });

  it('is refused without a signature, and with one that is cut or doubled', async () => {
    const fields = [
      ['CallSid', CALL_SID],
      ['CallStatus', 'ringing'],
    ] as const;
    const body = bodyOf(fields);
    const good = sign(textOf('/twilio/status', fields));
    for (const signature of ['', good.slice(0, -1), `${good}, ${good}`, `${good}=`, good.toLowerCase()])
      expect(await ask('POST', '/twilio/status', signature, body)).toBe(403);
  });
});
