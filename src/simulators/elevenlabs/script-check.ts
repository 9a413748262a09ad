/**
 * Is this value an agent's script? Finds every fault of a script that a person wrote, names its place and how to mend it.
 * Pure; reading files is `script-file.ts`.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import type { AgentScript } from './agent-script.js';

type Check = (value: unknown, at: string, faults: string[]) => void;
type Fields = Readonly<Record<string, { readonly check: Check; readonly required?: true }>>;

function expected(kind: string, holds: (value: unknown) => boolean): Check {
  return (value, at, faults) => {
    if (!holds(value)) faults.push(`${at}: expected ${kind}, got ${JSON.stringify(value) ?? 'nothing'}.`);
  };
}

const isCloseCode = (code: unknown): boolean =>
  typeof code === 'number' &&
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999));

const text = expected('a text', (value) => typeof value === 'string');
const words = expected(
  'words to say or a name (a text that is not empty)',
  (value) => typeof value === 'string' && value.trim() !== '',
);
const flag = expected('true or false', (value) => typeof value === 'boolean');
const whole = expected('a whole number', (value) => Number.isInteger(value));
const ms = expected('milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0);
const status = expected(
  'an HTTP status from 400 to 599',
  (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599,
);
const closeCode = expected(
  'a close code that a server may send: 1000 to 1014 without 1004 to 1006, or 3000 to 4999',
  isCloseCode,
);
const times = expected(
  'a number of times from 1, or .inf',
  (value) => typeof value === 'number' && value >= 1,
);
const anyObject = expected('an object of parameters', isObject);

function oneOf(...choices: readonly string[]): Check {
  return expected(
    `one of ${choices.join(', ')}`,
    (value) => typeof value === 'string' && choices.includes(value),
  );
}

function listOf(check: Check): Check {
  return (value, at, faults) => {
    if (!Array.isArray(value)) faults.push(`${at}: expected a list, each item after a dash.`);
    else for (const [index, item] of value.entries()) check(item, `${at}[${index}]`, faults);
  };
}

function mapOf(check: Check): Check {
  return (value, at, faults) => {
    if (!isObject(value)) faults.push(`${at}: expected an object, each member named by an id.`);
    else for (const [id, item] of Object.entries(value)) check(item, `${at}.${id}`, faults);
  };
}

function members(fields: Fields): Check {
  return (value, at, faults) => {
    if (!isObject(value)) {
      faults.push(`${at}: expected an object with ${Object.keys(fields).join(', ')}.`);
      return;
    }
    checkMembers(value, fields, at, faults);
  };
}

function checkMembers(value: JsonObject, fields: Fields, at: string, faults: string[]): void {
  const prefix = at === '' ? '' : `${at}.`;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) {
      faults.push(`${prefix}${name}: unknown; remove it or use one of ${Object.keys(fields).join(', ')}.`);
    }
  }
  for (const [name, { check, required }] of Object.entries(fields)) {
    if (value[name] !== undefined) check(value[name], `${prefix}${name}`, faults);
    else if (required) faults.push(`${prefix}${name}: missing; add it.`);
  }
}

const required = (check: Check): { check: Check; required: true } => ({ check, required: true });

const STEPS: Readonly<Record<string, Fields>> = {
  listens: { transcript: { check: words } },
  speaks: { text: required(words) },
  'calls-tool': {
    name: required(words),
    parameters: required(anyObject),
    expectsResponse: { check: flag },
    save: { check: words },
  },
  pings: { eventId: required(whole) },
  'ends-call': {},
  'sends-raw': { text: required(text) },
  stalls: { ms: required(ms) },
  'stalls-for-ever': {},
  closes: { code: required(closeCode), reason: required(text) },
  'loses-socket': {},
  errors: {
    shape: required(oneOf('client_error', 'error_event', 'flat')),
    code: required(whole),
    name: required(text),
    message: required(text),
  },
};
const LAST_STEPS: readonly unknown[] = ['ends-call', 'stalls-for-ever', 'closes', 'loses-socket'];

const step: Check = (value, at, faults) => {
  if (!isObject(value) || typeof value['step'] !== 'string' || !Object.hasOwn(STEPS, value['step'])) {
    const given = isObject(value) ? JSON.stringify(value['step']) : JSON.stringify(value);
    faults.push(`${at}.step: expected one of ${Object.keys(STEPS).join(', ')}, got ${given ?? 'nothing'}.`);
    return;
  }
  checkMembers(value, { step: { check: text }, ...STEPS[value['step']] }, at, faults);
};

const steps: Check = (value, at, faults) => {
  listOf(step)(value, at, faults);
  if (!Array.isArray(value)) return;
  for (const [index, item] of value.slice(0, -1).entries()) {
    if (isObject(item) && LAST_STEPS.includes(item['step'])) {
      faults.push(`${at}[${index}]: nothing can follow ${String(item['step'])}; make it the last step.`);
    }
  }
};

const format = oneOf(
  'pcm_8000',
  'pcm_16000',
  'pcm_22050',
  'pcm_24000',
  'pcm_44100',
  'pcm_48000',
  'ulaw_8000',
);

const result = oneOf('success', 'failure', 'unknown');
const value = expected(
  'a text, a number, true, false or null',
  (given) => given === null || ['string', 'number', 'boolean'].includes(typeof given),
);
const analysis = members({
  callSuccessful: { check: result },
  summary: { check: text },
  title: { check: text },
  criteria: { check: mapOf(members({ result: required(result), rationale: { check: text } })) },
  collected: { check: mapOf(members({ value: required(value), rationale: { check: text } })) },
});

const script: Check = members({
  firstMessage: required(text),
  steps: required(steps),
  requiredVariables: { check: listOf(words) },
  allowedOverrides: { check: listOf(oneOf('first_message', 'prompt', 'language', 'voice_id')) },
  outputFormat: { check: format },
  inputFormat: { check: format },
  clientEvents: { check: listOf(words) },
  faults: {
    check: members({
      signedUrl: { check: members({ status: required(status), times: { check: times } }) },
      handshakeStatus: { check: status },
      metadataDelayMs: { check: ms },
      queue: { check: members({ waitMs: required(ms), outcome: required(oneOf('admitted', 'timed_out')) }) },
      quotaAfterMs: { check: ms },
    }),
  },
  analysis: { check: analysis },
  thereafter: { check: (value, at, faults) => script(value, at, faults) },
});

/** Fills `faults` with one line for each fault. @returns whether there is none */
export function isAgentScript(value: unknown, at: string, faults: string[]): value is AgentScript {
  const before = faults.length;
  script(value, at, faults);
  return faults.length === before;
}
