/**
 * Twilio, swapped in by address: calls and their recordings by REST, signed webhooks, TwiML and media streams, with a scripted caller at
 * the far end. What it does not do: conferences, speech (a `<Say>` is an observation), messaging, numbers.
 */
import type { SimulatedAccount } from './account-api.js';
import type { Observer } from '../observation.js';
import type { Carrier } from './call-life.js';
import type { CallerScript } from './caller-script.js';
import { controlRoutes } from './control-routes.js';
import { requestOf, type InboundCall } from './inbound-call.js';
import { Pacer } from './pacer.js';
import { LIST_PRICES, type Prices } from './prices.js';
import { RestApi } from './rest-api.js';
import { RestFaults } from './rest-faults.js';
import { RestServer } from './rest-server.js';
import type { SimulatedCall } from './simulated-call.js';
import { Switchboard } from './switchboard.js';
import { WebhookSender } from './webhook-sender.js';

/** What a script may depend on. */
export interface CallParties {
  readonly to: string;
  readonly from: string;
}

export interface TwilioSimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** `AC` and 32 hexadecimal digits; a made-up one when not given. */
  readonly accountSid?: string;
  /** Signs webhooks and opens the REST API; a made-up one when not given. */
  readonly authToken?: string;
  /** Further credentials for the REST API, never used for signatures. */
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** Default: active, no trial, 100 USD. */
  readonly account?: SimulatedAccount;
  /** Numbers that may be `From`, and that the account lists; any, when not given. */
  readonly ownNumbers?: readonly string[];
  /** The far end of calls that the REST API creates. Default: answers after 100 ms and stays silent. */
  readonly script?: CallerScript | ((call: CallParties) => CallerScript);
  /** Mu-law bytes (8000 Hz, no header) of the clips that scripts name. */
  readonly clips?: (name: string) => Buffer | Promise<Buffer>;
  readonly observe?: Observer;
  /** Milliseconds since the Unix epoch, for the dates on the wire; pacing always follows the monotonic clock. */
  readonly now?: () => number;
  /**
   * Where to connect to instead, by the host (and port) of a webhook or stream address: `{'bridge.example.test':
   * 'http://127.0.0.1:3000'}`. Address, `Host` and signature stay those of the name, as behind a proxy.
   */
  readonly connectTo?: Readonly<Record<string, string>>;
  /** Calls dialled per second; further ones wait in the queue, as with Twilio. Default: no limit. */
  readonly callsPerSecond?: number;
  /** Milliseconds from the end of a call, or of a recording's processing, to its price, by the clock of `now`. Default 1000. */
  readonly priceAfterMs?: number;
  /** So many fetches of an ended call show no price, whatever the time. Default 0. */
  readonly priceAfterFetches?: number;
  /** Default `USD`; rates are taken to be in it. */
  readonly priceUnit?: string;
  /** USD for a begun minute of an answered call. Defaults 0.0140 and 0.0085: list prices noted by third parties in 2026. */
  readonly outboundUsdPerMinute?: number;
  readonly inboundUsdPerMinute?: number;
  /** USD for a begun minute of a recording. Default 0.0025, from the same source. */
  readonly recordingUsdPerMinute?: number;
  /** Milliseconds from the end of a call until its recordings are completed. Default 500. */
  readonly recordingAfterMs?: number;
  /**
   * Whether a part of a recording's sound may be asked for (`Range`). Twilio does not say whether it can; false answers with the whole,
   * and a service should survive both. Default true.
   */
  readonly mediaTakesRanges?: boolean;
  /**
   * Whether a list that is filtered by StartTime shows calls that were not dialled yet, and so have no start time. What Twilio does is
   * not known; a service should survive both. Default false.
   */
  readonly startTimeMatchesUnstarted?: boolean;
  /** Milliseconds that a voice needs for a character of `<Say>`. Default 0: said at once. */
  readonly sayMsPerCharacter?: number;
}

const SILENT_CALLEE: CallerScript = { answer: { kind: 'answers', afterMs: 100 }, steps: [] };
const MADE_UP_ACCOUNT = `AC${'5170'.repeat(8)}`;
const MADE_UP_TOKEN = '5170a0c0ffee5170a0c0ffee5170a0c0';

function noClips(name: string): Buffer {
  throw new Error(`the simulator was given no clips, and so not ${name}`);
}

function pricesOf(options: TwilioSimulatorOptions): Prices {
  const { outboundUsdPerMinute, inboundUsdPerMinute, recordingUsdPerMinute, priceAfterMs } = options;
  const { priceAfterFetches, priceUnit } = options;
  return {
    outboundUsdPerMinute: outboundUsdPerMinute ?? LIST_PRICES.outboundUsdPerMinute,
    inboundUsdPerMinute: inboundUsdPerMinute ?? LIST_PRICES.inboundUsdPerMinute,
    recordingUsdPerMinute: recordingUsdPerMinute ?? LIST_PRICES.recordingUsdPerMinute,
    priceAfterMs: priceAfterMs ?? LIST_PRICES.priceAfterMs,
    priceAfterFetches: priceAfterFetches ?? LIST_PRICES.priceAfterFetches,
    priceUnit: priceUnit ?? LIST_PRICES.priceUnit,
  };
}

type CarrierParts = Pick<Carrier, 'authToken' | 'now' | 'apiUrl' | 'stopSignal'>;

function carrierOf(options: TwilioSimulatorOptions, parts: CarrierParts): Carrier {
  const { connectTo = {}, sayMsPerCharacter = 0, recordingAfterMs = 500 } = options;
  return {
    ...parts,
    sender: new WebhookSender({ authToken: parts.authToken, connectTo }),
    pacer: new Pacer(),
    connectTo,
    sayMsPerCharacter,
    recordingAfterMs,
    recordings: [],
  };
}

/** Stands in for Twilio; {@link TwilioSimulator.start} makes one. */
export class TwilioSimulator {
  /** REST faults to strike while it runs. */
  readonly faults: RestFaults;

  private constructor(
    /** Base address of the REST API, for `TWILIO_API_URL`. */
    readonly url: string,
    readonly accountSid: string,
    readonly authToken: string,
    private readonly parts: {
      readonly switchboard: Switchboard;
      readonly server: RestServer;
      readonly stopping: AbortController;
      readonly faults: RestFaults;
    },
  ) {
    this.faults = parts.faults;
  }

  static async start(options: TwilioSimulatorOptions = {}): Promise<TwilioSimulator> {
    const { accountSid = MADE_UP_ACCOUNT, authToken = MADE_UP_TOKEN, host = '127.0.0.1' } = options;
    const { script = SILENT_CALLEE, now = Date.now } = options;
    const stopping = new AbortController();
    // The port is known only once the server listens, and nothing needs the address before.
    let url = '';
    const apiUrl = (): string => url;
    const carrier = carrierOf(options, { authToken, now, apiUrl, stopSignal: stopping.signal });
    const switchboard = new Switchboard({
      accountSid,
      carrier,
      clips: options.clips ?? noClips,
      observe: options.observe,
      callsPerSecond: options.callsPerSecond ?? Number.POSITIVE_INFINITY,
    });
    const api = new RestApi({
      accountSid,
      authToken,
      apiKey: options.apiKey,
      apiSecret: options.apiSecret,
      account: options.account ?? {},
      ownNumbers: options.ownNumbers,
      scriptFor: (call) => (typeof script === 'function' ? script(call) : script),
      prices: pricesOf(options),
      mediaTakesRanges: options.mediaTakesRanges ?? true,
      listing: { startTimeMatchesUnstarted: options.startTimeMatchesUnstarted ?? false },
      now,
      apiUrl,
      switchboard,
    });
    const faults = new RestFaults();
    const place = (call: InboundCall): SimulatedCall =>
      switchboard.place(requestOf(call), call.script, call.direction ?? 'inbound');
    const server = new RestServer(
      api,
      faults,
      controlRoutes({ switchboard, faults, place, silent: SILENT_CALLEE }),
    );
    const port = await server.listen(options.port ?? 0, host);
    url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
    return new TwilioSimulator(url, accountSid, authToken, { switchboard, server, stopping, faults });
  }

  /** All calls, the oldest first. */
  get calls(): readonly SimulatedCall[] {
    return this.parts.switchboard.calls;
  }

  /** @returns the call with that CallSid, or undefined */
  find(sid: string): SimulatedCall | undefined {
    return this.parts.switchboard.find(sid);
  }

  /** Twilio calls the service: somebody dialled one of its numbers, or placed a call that points to it. */
  placeInbound(call: InboundCall): SimulatedCall {
    return this.parts.switchboard.place(requestOf(call), call.script, call.direction ?? 'inbound');
  }

  /** Ends all calls and closes everything; harmless when called twice. */
  async stop(): Promise<void> {
    const { switchboard, server, stopping } = this.parts;
    switchboard.endAll();
    stopping.abort();
    await server.close();
  }
}
