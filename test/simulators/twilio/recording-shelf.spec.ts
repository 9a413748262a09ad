/** Recordings after the call: lists, deletion, credentials, faults of the download, and the vendor's own description of their shape. */
import { Ajv } from 'ajv';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { rigForEach, script, CALLEE, CALLER, type Rig } from './rig.js';
import { withVendorSpec } from './vendor-specs.js';

const OPTIONS = {
  script: script({ step: 'says', noiseMs: 60 }),
  recordingAfterMs: 0,
  priceAfterMs: 0,
} as const;
const rig = rigForEach(OPTIONS);
const other = rigForEach({ ...OPTIONS, mediaTakesRanges: false, priceUnit: 'EUR' });

interface OpenApi {
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Record<string, unknown> }>>;
  };
}

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function pathOf(rest: string): string {
  return `/2010-04-01/Accounts/${rig().simulator.accountSid}/${rest}`;
}

async function ask(rest: string, form?: Record<string, string>): Promise<Answered> {
  const { simulator } = rig();
  const pair = Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64');
  const answer = await fetch(simulator.url + pathOf(rest), {
    headers: { authorization: `Basic ${pair}` },
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  return { status: answer.status, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

async function recorded(
  { client, simulator, service }: Rig = rig(),
): Promise<{ call: SimulatedCall; sid: string }> {
  service.replies.set('/voice', () => service.streamDocument());
  const url = `${service.url}/voice`;
  const placed = await client.calls.create({ to: CALLEE, from: CALLER, url, record: true });
  const call = await simulator.find(placed.sid)?.observed('caller-stops');
  if (!call) throw new Error('the call is missing');
  await client.calls(placed.sid).update({ status: 'completed' });
  const found = simulator.find(placed.sid);
  await found?.settled();
  if (!found) throw new Error('the call is missing');
  return { call: found, sid: found.recordings[0]?.sid ?? '' };
}

/** Asks for the sound of a recording. */
function listen(sid: string, range?: string, { simulator }: Rig = rig()): Promise<Response> {
  const pair = Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64');
  const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Recordings/${sid}.wav`;
  return fetch(url, {
    headers: { authorization: `Basic ${pair}`, ...(range === undefined ? {} : { range }) },
  });
}

describe('the recordings of an account', () => {
  it('are listed by call and as a whole, newest first, and outlive their calls', async () => {
    const { client } = rig();
    const one = await recorded();
    const two = await recorded();
    const sidsOf = (found: readonly { sid: string }[]): string[] => found.map(({ sid }) => sid);
    expect(sidsOf(await client.recordings.list({ pageSize: 1 }))).toEqual([two.sid, one.sid]);
    expect(sidsOf(await client.recordings.list({ callSid: one.call.sid }))).toEqual([one.sid]);
    expect(sidsOf(await client.calls(two.call.sid).recordings.list())).toEqual([two.sid]);
    await client.calls(one.call.sid).remove();
    await expect(client.recordings(one.sid).fetch()).resolves.toMatchObject({ callSid: one.call.sid });
    expect((await ask(`Calls/${two.call.sid}/Recordings/${one.sid}.json`)).status).toBe(404);
    expect((await ask('Recordings.json?DateCreated=2026-11-23')).status).toBe(400);
  });

  it('can be deleted; then the sound is gone and the facts are kept for who asks for them', async () => {
    const { client } = rig();
    const { sid } = await recorded();
    await expect(client.recordings(sid).remove()).resolves.toBe(true);
    await expect(client.recordings(sid).fetch()).rejects.toMatchObject({ status: 404 });
    await expect(client.recordings(sid).remove()).rejects.toMatchObject({ status: 404 });
    expect((await ask(`Recordings/${sid}.wav`)).status).toBe(404);
    expect(await client.recordings.list()).toEqual([]);
    await expect(client.recordings(sid).fetch({ includeSoftDeleted: true })).resolves.toMatchObject({
      status: 'deleted',
      duration: '1',
    });
  });

  it('are heard in part when a range is asked for', async () => {
    const { sid } = await recorded();
    const whole = await listen(sid);
    expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
    const file = Buffer.from(await whole.arrayBuffer());
    expect(whole.headers.get('content-length')).toBe(String(file.length));
    const part = await listen(sid, 'bytes=44-47');
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
      206,
      `bytes 44-47/${file.length}`,
      '4',
    ]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(file.subarray(44, 48));
    const outside = await listen(sid, `bytes=${file.length}-`);
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${file.length}`]);
  });

  it('are heard as a whole by a simulator that takes no ranges', async () => {
    const { sid } = await recorded(other());
    const answer = await listen(sid, 'bytes=44-47', other());
    expect([answer.status, answer.headers.get('accept-ranges')]).toEqual([200, null]);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(44);
  });

  it('are priced in the unit of the account', async () => {
    const priced = async (on: Rig): Promise<object> => on.client.recordings((await recorded(on)).sid).fetch();
    expect(await priced(rig())).toMatchObject({ price: '-0.0025', priceUnit: 'USD' });
    expect(await priced(other())).toMatchObject({ price: '-0.0025', priceUnit: 'EUR' });
  });

  it('are guarded by the credentials, and their download has faults of its own', async () => {
    const { simulator } = rig();
    const { sid } = await recorded();
    expect((await fetch(simulator.url + pathOf(`Recordings/${sid}.wav`))).status).toBe(401);
    simulator.faults.next('unavailable', 1, 'fetch-media');
    expect((await ask(`Recordings/${sid}.wav`)).status).toBe(503);
    expect((await ask(`Recordings/${sid}.wav`)).status).toBe(200);
    for (const wrong of [`${sid}.mp3`, `${sid}.wav?RequestedChannels=3`, `RE${'0'.repeat(32)}.wav`]) {
      expect((await ask(`Recordings/${wrong}`)).status).toBe(wrong.includes('?') ? 400 : 404);
    }
  });

  withVendorSpec('twilio-api-v2010.voice-slice.openapi.2026-04-14.json', (spec) => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const { schemas } = (spec as OpenApi).components;
    for (const { properties } of Object.values(schemas)) {
      // The document says of it that it may be null and not what else it is, which the checker refuses.
      if (properties?.['encryption_details']) properties['encryption_details'] = {};
    }
    ajv.addSchema(spec as object, 'twilio');
    const expectFits = (name: string, value: Record<string, unknown>): void => {
      const validate = ajv.getSchema(`twilio#/components/schemas/${name}`);
      if (!validate) throw new Error(`no schema ${name}`);
      expect([validate(value), validate.errors]).toEqual([true, null]);
      expect(Object.keys(value).toSorted()).toEqual(Object.keys(schemas[name]?.properties ?? {}).toSorted());
    };

    it('fit the document while they run and afterwards, with all fields and no others', async () => {
      const { client, simulator } = rig();
      const twiml = '<Response><Pause length="30"/></Response>';
      const { sid: callSid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml });
      await simulator.find(callSid)?.until('in-progress');
      const started = await ask(`Calls/${callSid}/Recordings.json`, { RecordingChannels: 'dual' });
      expect(started.status).toBe(201);
      const { sid } = await recorded();
      const [, done] = simulator.calls;
      const ofCall = 'api.v2010.account.call.call_recording';
      expectFits(ofCall, started.body);
      expectFits(ofCall, (await ask(`Calls/${done?.sid}/Recordings/${sid}.json`)).body);
      for (const one of [started.body['sid'], sid]) {
        expectFits('api.v2010.account.recording', (await ask(`Recordings/${String(one)}.json`)).body);
      }
      const list = await ask(`Calls/${done?.sid}/Recordings.json`);
      for (const one of list.body['recordings'] as Record<string, unknown>[]) expectFits(ofCall, one);
      expect(list.body).toMatchObject({ page: 0, page_size: 50, next_page_uri: null });
    });
  });
});
