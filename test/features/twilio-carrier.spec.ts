/** Twilio behind the carrier port, against the simulator and its faults. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TwilioCarrier } from '../../src/calls/twilio.carrier.js';
import { CordboardError } from '../../src/core/errors.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { freePort } from '../support/whole-system.js';
import { callWith, environmentWith } from '../support/builders.js';
import { InstantClock } from '../support/instant-clock.js';

const UNKNOWN_SID = `CA${'f'.repeat(32)}`;

async function refusal(promise: Promise<unknown>): Promise<CordboardError> {
  const error: unknown = await promise.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CordboardError) return error;
  throw error;
}

describe('the carrier', () => {
  let simulator: TwilioSimulator;
  let clock: InstantClock;
  let carrier: TwilioCarrier;

  function carrierWith(variables: Readonly<Record<string, string>> = {}): TwilioCarrier {
    return new TwilioCarrier(
      environmentWith({
        // Nothing listens there: callbacks are the business of other tests.
        PUBLIC_URL: 'http://127.0.0.1:9',
        TWILIO_ACCOUNT_SID: simulator.accountSid,
        TWILIO_AUTH_TOKEN: simulator.authToken,
        TWILIO_API_URL: simulator.url,
        ...variables,
      }),
      clock,
    );
  }

  beforeEach(async () => {
    simulator = await TwilioSimulator.start({
      ownNumbers: ['+14155550100'],
      apiKey: `SK${'a'.repeat(32)}`,
      apiSecret: 'the-secret-of-the-key',
      script: { answer: { kind: 'answers', afterMs: 60_000 }, steps: [] },
    });
    clock = new InstantClock();
    carrier = carrierWith();
  });
  afterEach(() => simulator.stop());

  it('places one call, and sees it', async () => {
    const sid = await carrier.place(callWith());
    expect(simulator.calls.map((call) => call.sid)).toEqual([sid]);
    expect(['queued', 'initiated', 'ringing']).toContain((await carrier.look(sid))?.status);
  });

  it('asks with the number, the limits and the addresses of the call, as the vendor documents them', async () => {
    const asked: { path: string | undefined; form: URLSearchParams }[] = [];
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        asked.push({ path: request.url, form: new URLSearchParams(await text(request)) });
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"sid":"CA1"}');
      };
      void answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const here = carrierWith({ TWILIO_API_URL: `http://127.0.0.1:${port}` });
      const call = callWith({ ringTimeoutSeconds: 25, maxDurationSeconds: 90 });
      await expect(here.place(call)).resolves.toBe('CA1');
      expect(asked.map(({ path }) => path)).toEqual([
        `/2010-04-01/Accounts/${simulator.accountSid}/Calls.json`,
      ]);
      const form = asked[0]?.form ?? new URLSearchParams();
      expect(Object.fromEntries([...form].filter(([name]) => name !== 'StatusCallbackEvent'))).toEqual({
        To: call.to,
        From: call.from,
        Timeout: '25',
        TimeLimit: '100',
        Method: 'POST',
        Url: `http://127.0.0.1:9/twiml?call=${call.id}`,
        StatusCallback: `http://127.0.0.1:9/twilio/status?call=${call.id}#rc=3&rp=5xx,ct,rt`,
        StatusCallbackMethod: 'POST',
      });
      expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('uses an API key when there is one', async () => {
    const withKey = carrierWith({
      TWILIO_API_KEY: `SK${'a'.repeat(32)}`,
      TWILIO_API_SECRET: 'the-secret-of-the-key',
    });
    await expect(withKey.place(callWith())).resolves.toMatch(/^CA/);
    const wrong = carrierWith({
      TWILIO_API_KEY: `SK${'b'.repeat(32)}`,
      TWILIO_API_SECRET: 'the-secret-of-the-key',
    });
    expect((await refusal(wrong.place(callWith()))).code).toBe('carrier-refused');
  });

  it('tries again when Twilio is too busy, with pauses that grow, and dials once', async () => {
    simulator.faults.next('too-many-requests', 3);
    await expect(carrier.place(callWith())).resolves.toMatch(/^CA/);
    expect(simulator.calls).toHaveLength(1);
    expect(clock.waits).toHaveLength(3);
    for (const [at, ms] of clock.waits.entries()) expect(ms).toBeLessThanOrEqual(250 * 2 ** (at + 1));
  });

  it('says that no call was placed, and that it can be tried again, when Twilio stays too busy', async () => {
    simulator.faults.next('too-many-requests', 10);
    const error = await refusal(carrier.place(callWith()));
    expect(error).toMatchObject({ code: 'carrier-unreachable', members: { placed: 'no' } });
    expect(error.detail).toMatch(/No call was placed/);
    expect(simulator.calls).toEqual([]);
  });

  it.each(['server-error', 'unavailable', 'refused', 'carried-out-unanswered'] as const)(
    'does not dial twice after %s, and says that it is not known whether the phone rings',
    async (fault) => {
      simulator.faults.next(fault);
      const error = await refusal(carrier.place(callWith()));
      expect(error).toMatchObject({ code: 'carrier-unreachable', members: { placed: 'unknown' } });
      expect(simulator.calls).toHaveLength(fault === 'carried-out-unanswered' ? 1 : 0);
      expect(clock.waits).toEqual([]);
    },
  );

  it('knows that nothing rings when no connection could be made', async () => {
    const nobody = carrierWith({ TWILIO_API_URL: `http://127.0.0.1:${await freePort()}` });
    const error = await refusal(nobody.place(callWith()));
    expect(error).toMatchObject({ code: 'carrier-unreachable', members: { placed: 'no' } });
    expect(clock.waits).toHaveLength(3);
  });

  it('tells why Twilio refuses, without the number', async () => {
    const error = await refusal(carrier.place(callWith({ from: '+14155550199' })));
    expect(error.code).toBe('carrier-refused');
    expect(error.detail).toMatch(/^Twilio error 21\d{3}: /);
    expect(`${error.detail} ${error.message}`).not.toMatch(/4155550199|4155550123/);
  });

  it('hangs up a call, and takes one that is over or unknown for done', async () => {
    const sid = await carrier.place(callWith());
    await carrier.hangUp(sid);
    expect(['canceled', 'completed']).toContain((await carrier.look(sid))?.status);
    await expect(carrier.hangUp(sid)).resolves.toBeUndefined();
    await expect(carrier.hangUp(UNKNOWN_SID)).resolves.toBeUndefined();
  });

  it('tells when hanging up or looking fails', async () => {
    const sid = await carrier.place(callWith());
    simulator.faults.next('server-error', 1, 'update');
    expect((await refusal(carrier.hangUp(sid))).code).toBe('carrier-unreachable');
    simulator.faults.next('unavailable', 1, 'fetch');
    expect((await refusal(carrier.look(sid))).code).toBe('carrier-unreachable');
  });

  it('knows nothing of a call that Twilio does not know', async () => {
    expect(await carrier.look(UNKNOWN_SID)).toBeUndefined();
  });
});
