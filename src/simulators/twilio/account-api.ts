/**
 * The account of the simulated Twilio and the numbers it owns: fetch and balance of the one, list, fetch and update of the others. That
 * a number's VoiceUrl is requested when somebody calls it is not simulated; incoming calls name their address themselves.
 */
import type { Form } from './form.js';
import { RestError } from './rest-error.js';
import type { RestAnswer, RestRequest } from './rest-message.js';
import { pageOf } from './rest-paging.js';
import type { RestRoute } from './rest-routes.js';
import { newSid } from './sid.js';

export interface SimulatedAccount {
  /** Default `active`. */
  readonly status?: 'active' | 'suspended' | 'closed';
  /** Default `Full`. */
  readonly type?: 'Trial' | 'Full';
  /** In USD, as text. Default `100.00`. */
  readonly balance?: string;
}

interface AccountApiOptions {
  readonly accountSid: string;
  readonly account: SimulatedAccount;
  /** Undefined: every number that is asked for is owned. */
  readonly ownNumbers: readonly string[] | undefined;
  readonly now: () => number;
}

type Fields = Record<string, unknown>;

/** Parameters of an update and the fields that they set. */
const CHANGEABLE: Readonly<Record<string, string>> = {
  FriendlyName: 'friendly_name',
  VoiceUrl: 'voice_url',
  VoiceMethod: 'voice_method',
  VoiceFallbackUrl: 'voice_fallback_url',
  VoiceFallbackMethod: 'voice_fallback_method',
  VoiceApplicationSid: 'voice_application_sid',
  TrunkSid: 'trunk_sid',
  StatusCallback: 'status_callback',
  StatusCallbackMethod: 'status_callback_method',
};
const E164 = /^\+[1-9]\d{6,14}$/;

export class AccountApi {
  private readonly numbers = new Map<string, Fields>();

  constructor(private readonly options: AccountApiOptions) {
    for (const number of options.ownNumbers ?? []) this.own(number);
  }

  /** @throws RestError */
  perform(route: RestRoute, request: RestRequest, form: Form): RestAnswer {
    switch (route.action) {
      case 'fetch-account':
        return { status: 200, body: this.account() };
      case 'fetch-balance': {
        const { accountSid, account } = this.options;
        const { balance = '100.00' } = account;
        return { status: 200, body: { account_sid: accountSid, balance, currency: 'USD' } };
      }
      case 'list-numbers':
        return this.list(request);
      default: {
        const number = this.numberOf(route.numberSid ?? '');
        if (route.action === 'update-number') this.change(number, form);
        return { status: 200, body: number };
      }
    }
  }

  private numberOf(sid: string): Fields {
    const number = this.numbers.get(sid);
    if (!number) throw new RestError(20404, `there is no number ${sid}`);
    return number;
  }

  private change(number: Fields, form: Form): void {
    for (const [parameter, field] of Object.entries(CHANGEABLE)) {
      // An empty value unsets.
      if (form.all(parameter).length > 0)
        number[field] = form.text(parameter) ?? (field.endsWith('_sid') ? null : '');
    }
    number['date_updated'] = this.date();
  }

  private list({ path, query }: RestRequest): RestAnswer {
    const asked = query.get('PhoneNumber');
    const isOwnedByAsking = this.options.ownNumbers === undefined && asked !== null && E164.test(asked);
    const known = [...this.numbers.values()];
    if (isOwnedByAsking && !known.some((number) => number['phone_number'] === asked))
      known.push(this.own(asked));
    const found = known.filter((number) => asked === null || number['phone_number'] === asked);
    const { items, frame } = pageOf(found, path, query);
    return { status: 200, body: { ...frame, incoming_phone_numbers: items } };
  }

  private account(): Fields {
    const { accountSid, account } = this.options;
    const uri = `/2010-04-01/Accounts/${accountSid}.json`;
    return {
      sid: accountSid,
      // The real one shows the token here; nothing needs it.
      auth_token: 'Redacted',
      friendly_name: 'Simulated account',
      owner_account_sid: accountSid,
      status: account.status ?? 'active',
      type: account.type ?? 'Full',
      date_created: this.date(),
      date_updated: this.date(),
      subresource_uris: { calls: `/2010-04-01/Accounts/${accountSid}/Calls.json` },
      uri,
    };
  }

  private own(phoneNumber: string): Fields {
    const { accountSid } = this.options;
    const sid = newSid('PN');
    const number: Fields = {
      account_sid: accountSid,
      address_sid: null,
      address_requirements: 'none',
      api_version: '2010-04-01',
      beta: false,
      capabilities: { voice: true, sms: true, mms: false, fax: false },
      date_created: this.date(),
      date_updated: this.date(),
      friendly_name: phoneNumber,
      identity_sid: null,
      phone_number: phoneNumber,
      origin: 'twilio',
      sid,
      sms_application_sid: null,
      sms_fallback_method: 'POST',
      sms_fallback_url: '',
      sms_method: 'POST',
      sms_url: '',
      status_callback: '',
      status_callback_method: 'POST',
      trunk_sid: null,
      uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
      voice_receive_mode: 'voice',
      voice_application_sid: null,
      voice_caller_id_lookup: false,
      voice_fallback_method: 'POST',
      voice_fallback_url: '',
      voice_method: 'POST',
      // What Twilio gives a number that nobody has set up.
      voice_url: 'https://demo.twilio.com/welcome/voice/',
      emergency_status: 'Inactive',
      emergency_address_sid: null,
      emergency_address_status: 'unregistered',
      bundle_sid: null,
      status: 'in-use',
      type: 'local',
    };
    this.numbers.set(sid, number);
    return number;
  }

  private date(): string {
    return new Date(this.options.now()).toUTCString().replace('GMT', '+0000');
  }
}
