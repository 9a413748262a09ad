/**
 * What a person without a phone wants of a simulator that runs alone: place an incoming call, look at calls, listen to one, hang up. Not
 * part of Twilio's API, without credentials, and therefore under its own path.
 */
import { isObject } from '../../protocol/decoding.js';
import { readCallerScript, ScriptError } from './caller-script-reader.js';
import type { CallerScript } from './caller-script.js';
import { answerAboutFaults } from './fault-routes.js';
import { recordingAsWav } from './line-recording.js';
import { RestError } from './rest-error.js';
import type { RestFaults } from './rest-faults.js';
import type { RestAnswer } from './rest-message.js';
import type { ControlRoutes } from './rest-server.js';
import type { SimulatedCall } from './simulated-call.js';
import type { Switchboard } from './switchboard.js';
import type { InboundCall } from './inbound-call.js';

export interface ControlOptions {
  readonly switchboard: Switchboard;
  readonly faults: RestFaults;
  readonly place: (call: InboundCall) => SimulatedCall;
  /** Used when a request brings no script. */
  readonly silent: CallerScript;
}

const PATH = /^\/simulate\/(inbound|calls|faults)(?:\/([^/]+))?(?:\/(recording\.wav|hang-up))?$/;

function summaryOf(call: SimulatedCall): Record<string, unknown> {
  return {
    sid: call.sid,
    direction: call.direction,
    from: call.from,
    to: call.to,
    status: call.status,
    endedBecause: call.endedBecause ?? null,
    callerWaitsIn: call.caller.waitsIn ?? null,
  };
}

function detailsOf(call: SimulatedCall): Record<string, unknown> {
  return {
    ...summaryOf(call),
    says: call.says,
    plays: call.plays,
    dials: call.dials,
    warnings: call.warnings,
    recordings: call.recordings.map(({ sid, status, seconds }) => ({ sid, status, seconds })),
    requests: call.requests,
    observations: call.observations,
  };
}

function textField(body: Readonly<Record<string, unknown>>, name: string, fallback?: string): string {
  const value = body[name] ?? fallback;
  if (typeof value !== 'string' || value === '') throw new RestError(20001, `${name} must be a text`);
  return value;
}

function parseBody(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = Object.fromEntries(new URLSearchParams(text));
  }
  if (!isObject(body)) throw new RestError(20001, 'the body must be JSON or a form');
  return body;
}

function readScript(value: unknown): CallerScript {
  try {
    return readCallerScript(typeof value === 'string' ? JSON.parse(value) : value);
  } catch (error) {
    if (error instanceof ScriptError || error instanceof SyntaxError)
      throw new RestError(20001, error.message);
    throw error;
  }
}

function inboundFrom(text: string, silent: CallerScript): InboundCall {
  const body = parseBody(text);
  const voiceUrl = textField(body, 'voiceUrl');
  if (!URL.canParse(voiceUrl)) throw new RestError(21205, `voiceUrl is not an address: ${voiceUrl}`);
  const { statusCallback, script, direction } = body;
  return {
    voiceUrl,
    from: textField(body, 'from', '+14155550100'),
    to: textField(body, 'to', '+14155550199'),
    script: script === undefined ? silent : readScript(script),
    direction: direction === 'outbound-api' ? 'outbound-api' : 'inbound',
    ...(typeof statusCallback === 'string' ? { statusCallback } : {}),
  };
}

function aboutCall(
  options: ControlOptions,
  method: string,
  sid: string,
  part: string | undefined,
): RestAnswer {
  const call = options.switchboard.find(sid);
  if (!call) throw new RestError(20404, `there is no call ${sid}`);
  if (part === undefined && method === 'GET') return { status: 200, body: detailsOf(call) };
  if (part === 'recording.wav' && method === 'GET')
    return { status: 200, body: recordingAsWav(call.recording()) };
  if (part === 'hang-up' && method === 'POST') {
    options.switchboard.hangUp(sid);
    return { status: 200, body: summaryOf(call) };
  }
  throw new RestError(20004, `${method} is not possible here`);
}

/**
 * `POST /simulate/inbound` (`voiceUrl`, `from`, `to`, `script`, `statusCallback`, `direction`; JSON or form), `GET
 * /simulate/calls`, `GET /simulate/calls/{sid}`, `GET …/recording.wav`, `POST …/hang-up`, `GET, POST, DELETE /simulate/faults`.
 */
export function controlRoutes(options: ControlOptions): ControlRoutes {
  return async ({ method, path, body }) => {
    const [whole, area, sid, part] = PATH.exec(path) ?? [];
    if (whole === undefined) return undefined;
    if (area === 'inbound' && method === 'POST' && sid === undefined) {
      return { status: 201, body: summaryOf(options.place(inboundFrom(body, options.silent))) };
    }
    if (area === 'faults' && sid === undefined)
      return answerAboutFaults(method, parseBody(body), options.faults);
    if (area === 'calls' && sid !== undefined) return aboutCall(options, method, sid, part);
    if (area === 'calls' && method === 'GET') {
      return { status: 200, body: { calls: options.switchboard.calls.map((call) => summaryOf(call)) } };
    }
    throw new RestError(20004, `${method} is not possible on ${path}`);
  };
}
