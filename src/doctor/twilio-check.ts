/**
 * Looks at the account and the number at Twilio; with `fixNumber` points the number to this service, and changes nothing else.
 */
import type { Environment } from '../config/environment.js';
import { isObject, type JsonObject } from '../protocol/decoding.js';
import { fault, ok, unknown, warning, type Finding } from './finding.js';
import { ask, type VendorAnswer } from './vendor-request.js';

/** Twilio and ElevenLabs refuse, or we do, what is signed at another time: five minutes is the usual tolerance. */
const MAX_SKEW_MS = 60_000;
const FIX = 'npm run doctor -- --fix-number';

export interface TwilioReport {
  readonly findings: readonly Finding[];
  readonly deeds: readonly string[];
}

export async function checkTwilio(
  environment: Environment,
  fixNumber: boolean,
  nowMs: () => number,
): Promise<TwilioReport> {
  const account = await request(environment, '.json');
  if (account.status !== 200) return { findings: [accountRefusal(account.status)], deeds: [] };
  const keys = await keyFindings(environment);
  const findings = [...keys, ...accountFindings(account.body), ...skewFinding(account, nowMs())];
  const { TWILIO_PHONE_NUMBER: phoneNumber } = environment;
  if (phoneNumber === undefined) {
    const none = warning('number', 'none is set, so calls must name their From', 'set TWILIO_PHONE_NUMBER');
    return { findings: [...findings, none], deeds: [] };
  }
  const number = await numberOf(environment, phoneNumber);
  if (!number) {
    const mend = 'buy it, or set TWILIO_PHONE_NUMBER to one that the account owns';
    return { findings: [...findings, fault('number', 'not of this account', mend)], deeds: [] };
  }
  const before = numberFindings(number, environment.PUBLIC_URL);
  if (!fixNumber || before.every(({ state }) => state === 'ok'))
    return { findings: [...findings, ...before], deeds: [] };
  const sid = String(number['sid']);
  const form = new URLSearchParams({ VoiceUrl: `${environment.PUBLIC_URL}/twiml`, VoiceMethod: 'POST' });
  await request(environment, `/IncomingPhoneNumbers/${sid}.json`, form);
  const after = await numberOf(environment, phoneNumber);
  return {
    findings: [...findings, ...numberFindings(after ?? {}, environment.PUBLIC_URL)],
    deeds: [`voice_url: ${String(number['voice_url'])} → ${environment.PUBLIC_URL}/twiml`],
  };
}

/** The token signs, so it is asked with; the API key, where there is one, places the calls. */
async function keyFindings(environment: Environment): Promise<readonly Finding[]> {
  const token = ok('Twilio auth token', 'accepted');
  const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret } = environment;
  if (key === undefined) return [token];
  const answer = await request(environment, '/Calls.json?PageSize=1', undefined, `${key}:${secret}`);
  if (answer.status === 200) return [token, ok('Twilio API key', 'accepted')];
  const mend = 'set TWILIO_API_KEY and TWILIO_API_SECRET to a key of this account';
  return [token, fault('Twilio API key', `refused (${answer.status})`, mend)];
}

function accountRefusal(status: number): Finding {
  if (status === 401 || status === 403 || status === 404)
    return fault('Twilio auth token', `refused (${status})`, 'set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN');
  const says = status === 0 ? 'no answer' : `answered ${status}`;
  return unknown('Twilio', says, 'look at TWILIO_API_URL and at the network, and try again');
}

function accountFindings(account: unknown): readonly Finding[] {
  const { status, type } = isObject(account) ? account : {};
  if (status !== 'active')
    return [fault('Twilio account', String(status), 'pay or ask Twilio: it carries no calls')];
  return type === 'Trial'
    ? [warning('Twilio account', 'a trial: it calls verified numbers only, after a notice', 'upgrade it')]
    : [ok('Twilio account', 'active')];
}

function skewFinding({ dateMs }: VendorAnswer, nowMs: number): readonly Finding[] {
  if (dateMs === undefined) return [];
  const skewMs = Math.abs(nowMs - dateMs);
  return skewMs <= MAX_SKEW_MS
    ? [ok('clock', 'as that of Twilio')]
    : [fault('clock', `${Math.round(skewMs / 1000)} s from that of Twilio`, 'let NTP set the clock')];
}

/** Pure. @param number as Twilio's IncomingPhoneNumbers tell it */
export function numberFindings(number: JsonObject, publicUrl: string): readonly Finding[] {
  const elsewhere = ['voice_application_sid', 'trunk_sid'].find((name) => Boolean(number[name]));
  if (elsewhere !== undefined)
    return [
      fault(
        'number',
        `${elsewhere} is set and overrides the voice URL`,
        'take it off in the console of Twilio',
      ),
    ];
  const url = typeof number['voice_url'] === 'string' ? number['voice_url'] : '';
  // A query is ours: `?agentId=` and variables.
  return [
    url === `${publicUrl}/twiml` || url.startsWith(`${publicUrl}/twiml?`)
      ? ok('number', 'incoming calls come here')
      : fault('number', `incoming calls go to ${url.replace(/\?.*$/, '') || 'nowhere'}`, FIX),
  ];
}

async function numberOf(environment: Environment, phoneNumber: string): Promise<JsonObject | undefined> {
  const query = new URLSearchParams({ PhoneNumber: phoneNumber }).toString();
  const { body } = await request(environment, `/IncomingPhoneNumbers.json?${query}`);
  const listed = isObject(body) ? body['incoming_phone_numbers'] : undefined;
  const first: unknown = Array.isArray(listed) ? listed[0] : undefined;
  return isObject(first) ? first : undefined;
}

function request(
  environment: Environment,
  path: string,
  form?: URLSearchParams,
  credentials = `${environment.TWILIO_ACCOUNT_SID}:${environment.TWILIO_AUTH_TOKEN}`,
): Promise<VendorAnswer> {
  const { TWILIO_API_URL: url, TWILIO_ACCOUNT_SID: account } = environment;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return ask(`${url}/2010-04-01/Accounts/${account}${path}`, {
    method: form ? 'POST' : 'GET',
    headers: { authorization },
    ...(form ? { body: form } : {}),
  });
}
