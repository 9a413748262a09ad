/**
 * The account and its numbers, asked by the official SDK and held against the vendor's OpenAPI.
 */
import { Ajv } from 'ajv';
import twilio from 'twilio';
import { TwilioSimulator } from '../../../src/simulators/twilio/twilio-simulator.js';
import { withVendorSpec } from './vendor-specs.js';

const NUMBER = '+4930901820';
let simulator: TwilioSimulator;

/** The SDK keeps no base address; the host is replaced where it sends. */
class ToSimulator extends twilio.RequestClient {
  override request<Body>(
    request: Parameters<typeof twilio.RequestClient.prototype.request<Body>>[0],
  ): ReturnType<typeof twilio.RequestClient.prototype.request<Body>> {
    return super.request({ ...request, uri: request.uri.replace('https://api.twilio.com', simulator.url) });
  }
}

function client(): ReturnType<typeof twilio> {
  return twilio(simulator.accountSid, simulator.authToken, { httpClient: new ToSimulator() });
}

beforeEach(async () => {
  simulator = await TwilioSimulator.start({
    ownNumbers: [NUMBER, '+4930901821'],
    account: { type: 'Trial', balance: '3.50' },
  });
});

afterEach(() => simulator.stop());

describe('the account', () => {
  it('tells its state, its kind and its balance', async () => {
    const account = await client().api.v2010.accounts(simulator.accountSid).fetch();
    expect([account.status, account.type]).toEqual(['active', 'Trial']);
    expect(await client().api.v2010.accounts(simulator.accountSid).balance.fetch()).toMatchObject({
      balance: '3.50',
      currency: 'USD',
    });
  });

  it('lists the number that is asked for, and no other', async () => {
    expect(await client().incomingPhoneNumbers.list()).toHaveLength(2);
    const found = await client().incomingPhoneNumbers.list({ phoneNumber: NUMBER });
    expect(found.map(({ phoneNumber }) => phoneNumber)).toEqual([NUMBER]);
    expect(await client().incomingPhoneNumbers.list({ phoneNumber: '+4930901829' })).toEqual([]);
  });

  it('keeps what is changed of a number, and leaves the rest', async () => {
    const [number] = await client().incomingPhoneNumbers.list({ phoneNumber: NUMBER });
    const voiceUrl = 'https://calls.example.com/twiml';
    const changed = await client()
      .incomingPhoneNumbers(number?.sid ?? '')
      .update({ voiceUrl });
    expect(changed).toMatchObject({ voiceUrl, voiceMethod: 'POST', phoneNumber: NUMBER });
    const fetched = await client()
      .incomingPhoneNumbers(number?.sid ?? '')
      .fetch();
    expect(fetched.voiceUrl).toBe(voiceUrl);
    await expect(
      client()
        .incomingPhoneNumbers(`PN${'0'.repeat(32)}`)
        .fetch(),
    ).rejects.toThrow(/PN0/);
  });

  withVendorSpec('twilio-api-v2010.voice-slice.openapi.2026-04-14.json', (spec) => {
    it.each([
      ['', 'api.v2010.account'],
      ['/Balance', 'api.v2010.account.balance'],
      ['/IncomingPhoneNumbers', 'api.v2010.account.incoming_phone_number'],
    ])('answers %s as the document says, with all fields and no others', async (path, name) => {
      const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
      ajv.addSchema(spec as object, 'twilio');
      const authorization = `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`;
      const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}${path}.json`;
      const answer = (await (await fetch(url, { headers: { authorization } })).json()) as Record<
        string,
        unknown
      >;
      const listed = answer['incoming_phone_numbers'];
      const resource = (Array.isArray(listed) ? listed[0] : answer) as object;
      const validate = ajv.getSchema(`twilio#/components/schemas/${name}`);
      expect([validate?.(resource), validate?.errors]).toEqual([true, null]);
      const { components } = spec as { components: { schemas: Record<string, { properties: object }> } };
      expect(Object.keys(resource).toSorted()).toEqual(
        Object.keys(components.schemas[name]?.properties ?? {}).toSorted(),
      );
    });
  });
});
