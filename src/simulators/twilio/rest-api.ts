/**
 * The Calls resource of Twilio's REST API: from an authorised request to an answer. It knows parameters and refusals, and hands
 * recordings on; paths, sockets and faults are elsewhere.
 */
import { AccountApi, type SimulatedAccount } from './account-api.js';
import { listCalls, type ListingRules } from './call-listing.js';
import { readCallRequest, readSeconds, readTwimlText } from './call-request.js';
import { callResource, type ResourceView } from './call-resource.js';
import type { CallerScript } from './caller-script.js';
import { Form } from './form.js';
import { legResource } from './leg-resource.js';
import type { Prices } from './prices.js';
import { RecordingApi } from './recording-api.js';
import { readTarget } from './request-target.js';
import { RestError } from './rest-error.js';
import type { RestAnswer, RestRequest } from './rest-message.js';
import { pageOf } from './rest-paging.js';
import type { RestRoute } from './rest-routes.js';
import type { SimulatedCall } from './simulated-call.js';
import type { CallChange, Switchboard } from './switchboard.js';

export interface RestApiOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKey: string | undefined;
  readonly apiSecret: string | undefined;
  readonly account: SimulatedAccount;
  readonly ownNumbers: readonly string[] | undefined;
  readonly scriptFor: (call: { readonly to: string; readonly from: string }) => CallerScript;
  readonly prices: Prices;
  readonly listing: ListingRules;
  /** Whether a part of a sound may be asked for. */
  readonly mediaTakesRanges: boolean;
  readonly now: () => number;
  /** The base address of this API, for addresses in answers. */
  readonly apiUrl: () => string;
  readonly switchboard: Switchboard;
}

export class RestApi {
  private readonly recordings: RecordingApi;
  private readonly account: AccountApi;

  constructor(private readonly options: RestApiOptions) {
    this.recordings = new RecordingApi(options);
    this.account = new AccountApi(options);
  }

  /** Basic authentication by token or by API key. @throws RestError */
  authorise(authorization: string | undefined, accountSid: string): void {
    const { authToken, apiKey, apiSecret } = this.options;
    const encoded = /^Basic ([\w+/]+={0,2})$/i.exec(authorization ?? '')?.[1] ?? '';
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    const accepted = [`${this.options.accountSid}:${authToken}`];
    if (apiKey !== undefined && apiSecret !== undefined) accepted.push(`${apiKey}:${apiSecret}`);
    if (!accepted.includes(given) || accountSid !== this.options.accountSid) {
      throw new RestError(20003, 'the credentials do not fit this account');
    }
  }

  /**
   * @param answered resolves when the answer is on the wire; a new call is not dialled before
   * @throws RestError
   */
  perform(route: RestRoute, request: RestRequest, answered: Promise<void>): RestAnswer {
    const { switchboard, ownNumbers, scriptFor } = this.options;
    if (route.of === 'recordings') return this.recordings.perform(route, request);
    const form = Form.parse(request.body);
    if (route.of === 'account') return this.account.perform(route, request, form);
    if (route.action === 'create') {
      const asked = readCallRequest(form, ownNumbers);
      const call = switchboard.place(asked, scriptFor(asked), 'outbound-api', answered);
      return { status: 201, body: this.render(call) };
    }
    if (route.action === 'list') return this.list(request);
    const leg = route.action === 'fetch' ? this.leg(route.callSid) : undefined;
    if (leg) return { status: 200, body: leg };
    const call = switchboard.find(route.callSid ?? '');
    if (!call) throw new RestError(20404, `there is no call ${route.callSid}`);
    if (route.action === 'delete') {
      switchboard.remove(call.sid);
      return { status: 204, body: undefined };
    }
    if (route.action === 'update') switchboard.change(call.sid, this.readChange(form));
    const body = this.render(call);
    if (route.action === 'fetch' && call.isEnded) call.fetchesAfterEnd += 1;
    return { status: 200, body };
  }

  private list({ path, query }: RestRequest): RestAnswer {
    const { switchboard, listing } = this.options;
    const { items, frame } = pageOf(listCalls(switchboard.calls, query, listing), path, query);
    return { status: 200, body: { ...frame, calls: items.map((call) => this.render(call)) } };
  }

  private readChange(form: Form): CallChange {
    const status = form.text('Status');
    if (status !== undefined && status !== 'completed' && status !== 'canceled') {
      throw new RestError(20001, `Status is neither completed nor canceled: ${status}`);
    }
    const target = readTarget(form, 'Url', 'Method');
    const twiml = readTwimlText(form);
    if (target && twiml !== undefined) throw new RestError(20001, 'Url and Twiml exclude each other here');
    const inline = twiml === undefined ? undefined : { twiml };
    return {
      status,
      source: target ? { target, kind: 'voice' } : inline,
      statusCallback: readTarget(form, 'StatusCallback', 'StatusCallbackMethod'),
      fallback: readTarget(form, 'FallbackUrl', 'FallbackMethod'),
      limitSeconds: readSeconds(form, 'TimeLimit', 86_400, 20001),
    };
  }

  private render(call: SimulatedCall): Record<string, unknown> {
    return callResource(call, this.viewOf(call));
  }

  /** The leg of a person whom a call has dialled. */
  private leg(sid: string | undefined): Record<string, unknown> | undefined {
    for (const call of this.options.switchboard.calls) {
      const dial = call.dials.find(({ callSid }) => callSid === sid);
      if (dial) return legResource(call, dial, this.viewOf(call));
    }
    return undefined;
  }

  private viewOf({ sid }: SimulatedCall): ResourceView {
    const { now, prices, switchboard } = this.options;
    return { nowEpochMs: now(), prices, queueMs: switchboard.queueMs(sid) };
  }
}
