/** Answers of the REST API against the vendor's OpenAPI document. */
import { Ajv } from 'ajv';
import { rigForEach, CALLEE, CALLER } from './rig.js';
import { withVendorSpec } from './vendor-specs.js';

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, unknown> }>>>>;
}

const CALL = 'api.v2010.account.call';
const LIST_PATH = '/2010-04-01/Accounts/{AccountSid}/Calls.json';

describe('the answers of the REST API', () => {
  withVendorSpec('twilio-api-v2010.voice-slice.openapi.2026-04-14.json', (spec) => {
    const rig = rigForEach();
    const openApi = spec as OpenApi;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema(openApi, 'twilio');
    const check = (pointer: string, value: unknown): void => {
      const validate = ajv.getSchema(`twilio#${pointer}`);
      if (!validate) throw new Error(`no schema at ${pointer}`);
      expect([validate(value), validate.errors]).toEqual([true, null]);
    };
    const listPointer = `/paths/${LIST_PATH.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses/200/content/application~1json/schema`;

    it('fit the document at every point of a call, with all fields and no others', async () => {
      const { simulator } = rig();
      const base = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Calls`;
      const authorization = `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`;
      const ask = async (path: string, form?: Record<string, string>): Promise<Record<string, unknown>> => {
        const answer = await fetch(base + path, {
          headers: { authorization },
          ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
        });
        return (await answer.json()) as Record<string, unknown>;
      };
      const fields = Object.keys(openApi.components.schemas[CALL]?.properties ?? {}).toSorted();
      const twiml = '<Response><Pause length="30"/></Response>';
      const created = await ask('.json', { To: CALLEE, From: CALLER, Twiml: twiml });
      const sid = String(created['sid']);
      await simulator.find(sid)?.until('in-progress');
      const running = await ask(`/${sid}.json`);
      const ended = await ask(`/${sid}.json`, { Status: 'completed' });
      for (const shown of [created, running, ended]) {
        check(`/components/schemas/${CALL}`, shown);
        expect(Object.keys(shown).toSorted()).toEqual(fields);
      }
      const list = await ask('.json?PageSize=1');
      check(listPointer, list);
      expect(list).toMatchObject({ page: 0, page_size: 1, start: 0, end: 0, next_page_uri: null });
      expect(created['date_created']).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
    });
  });
});
