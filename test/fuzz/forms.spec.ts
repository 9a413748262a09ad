/** Hostile callbacks: what Twilio did not sign is refused, and what it did sign never breaks anything, whatever is in it. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { Pool } from 'undici';
import { BesiegedSystem } from './besieged-system.js';
import { assail, INPUTS, LIMIT_MS, nastyText, nastyValue } from './hostile.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

const AT_ONCE = 40;
const PATHS = ['/twiml', '/twiml/next', '/twilio/status', '/twilio/recording', '/twilio/stream'] as const;
const FIELDS = [
  'CallSid',
  'AccountSid',
  'From',
  'To',
  'Direction',
  'CallStatus',
  'CallDuration',
  'SequenceNumber',
  'Timestamp',
  'RecordingSid',
  'RecordingStatus',
  'RecordingDuration',
  'StreamSid',
  'StreamEvent',
  'StreamError',
  'DialCallStatus',
  'AnsweredBy',
] as const;
const SID = `CA${'7'.repeat(32)}`;
const FORM = 'application/x-www-form-urlencoded';
/** Half a character cannot be sent in a form: the encoder would replace it, and the signature be that of another text. */
function wellFormed(text: string): string {
  return Buffer.from(text.slice(0, 8000), 'utf8').toString('utf8');
}
const sendable = nastyText.map((text) => wellFormed(text));
const value = fc.oneof(
  sendable,
  fc.constantFrom(
    SID,
    'in-progress',
    'completed',
    'ringing',
    'busy',
    'inbound',
    'outbound-api',
    'stream-error',
    '+14155550123',
    '-1',
    '1e9',
  ),
);

interface Callback {
  readonly path: string;
  readonly query: string;
  readonly fields: readonly (readonly [string, string])[];
}

describe('the callbacks under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let pool: Pool;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start();
    witness = await besieged.witness();
    pool = new Pool(besieged.system.url, { connections: AT_ONCE, pipelining: 1 });
  });
  afterAll(async () => {
    await pool.close();
    await besieged.stop();
  });

  const callback: fc.Arbitrary<Callback> = fc.record({
    path: fc.constantFrom(...PATHS),
    query: fc
      .array(fc.tuple(fc.oneof(fc.constantFrom('call', 'agentId', 'name'), sendable), sendable), {
        maxLength: 3,
      })
      .map((pairs) =>
        pairs.length === 0
          ? ''
          : `?${new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v.slice(0, 1000)])).toString()}`,
      )
      .filter((query) => query.length < 12_000),
    fields: fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom<string>(...FIELDS) },
          { weight: 1, arbitrary: sendable },
        ),
        value,
      ),
      { maxLength: 12 },
    ),
  });

  async function send(
    method: 'GET' | 'POST',
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<number> {
    const answer = await pool.request({ method, path, headers, body: method === 'GET' ? null : body });
    await answer.body.dump();
    return answer.statusCode;
  }
  const answered = (status: number, what: Callback): void => {
    if (status >= 500)
      throw new Error(`${status} to ${what.path}${what.query} ${JSON.stringify(what.fields).slice(0, 600)}`);
  };

  /** As Twilio would sign it: names in order, each with its values. */
  function signed({ path, query, fields }: Callback): string {
    const byName = new Map<string, Set<string>>();
    for (const [name, text] of fields) byName.set(name, (byName.get(name) ?? new Set()).add(text));
    const params = [...byName].map(([name, texts]) => [name, [...texts].toSorted().join(name)] as const);
    return besieged.sign(`${besieged.system.url}${path}${query}`, Object.fromEntries(params));
  }

  it(
    'are refused without a signature, or with that of another request',
    () =>
      assail(
        INPUTS.forms / 3,
        AT_ONCE,
        fc.tuple(callback, fc.oneof(nastyText, fc.base64String())),
        async (inputs) => {
          await Promise.all(
            inputs.map(async ([what, signature]) => {
              const header = signature.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 500);
              const headers = { 'content-type': FORM, 'x-twilio-signature': header };
              const body = new URLSearchParams(
                what.fields.map(([n, v]): [string, string] => [n, v]),
              ).toString();
              expect(await send('POST', `${what.path}${what.query}`, body.slice(0, 60_000), headers)).toBe(
                403,
              );
            }),
          );
        },
      ),
    LIMIT_MS,
  );

  it(
    'are answered below 500 when Twilio signed them, whatever they say',
    () =>
      assail(INPUTS.forms / 3, AT_ONCE, callback, async (inputs) => {
        await Promise.all(
          inputs.map(async (what) => {
            const headers = { 'content-type': FORM, 'x-twilio-signature': signed(what) };
            const body = new URLSearchParams(
              what.fields.map(([n, v]): [string, string] => [n, v]),
            ).toString();
            answered(await send('POST', `${what.path}${what.query}`, body, headers), what);
          }),
        );
      }),
    LIMIT_MS,
  );

  it(
    'are answered below 500 by GET and as JSON too',
    () =>
      assail(INPUTS.forms / 3, AT_ONCE, fc.tuple(callback, nastyValue, fc.boolean()), async (inputs) => {
        await Promise.all(
          inputs.map(async ([what, json, byGet]) => {
            if (byGet) {
              const query = new URLSearchParams(
                what.fields.map(([n, v]): [string, string] => [n, v.slice(0, 500)]),
              );
              const path = `/twiml?${query.toString()}`;
              const headers = { 'x-twilio-signature': besieged.sign(`${besieged.system.url}${path}`) };
              answered(await send('GET', path, '', headers), what);
              return;
            }
            const body = JSON.stringify({ CallSid: SID, CallStatus: json, extra: json });
            const path = `${what.path}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
            const signature = besieged.sign(`${besieged.system.url}${path}`);
            const headers = { 'content-type': 'application/json', 'x-twilio-signature': signature };
            answered(await send('POST', path, body, headers), { ...what, fields: [['json', body]] });
          }),
        );
      }),
    LIMIT_MS,
  );

  it('have harmed nobody', () => expectUnharmed(besieged, witness, 1));
});
