/**
 * A caller's script that somebody wrote in a file or sent as JSON, checked before it is played. Messages name the place and what
 * is possible there. It reads values, not files.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import type { CallerScript } from './caller-script.js';

/** A script that cannot be played. */
export class ScriptError extends Error {
  constructor(message: string) {
    super(`caller script: ${message}`);
    this.name = 'ScriptError';
  }
}

const STEPS: Readonly<Record<string, readonly (readonly [name: string, type: 'number' | 'string'])[]>> = {
  waits: [['ms', 'number']],
  'hears-agent-out': [],
  'hears-agent-for': [['ms', 'number']],
  says: [],
  presses: [['digits', 'string']],
  'hangs-up': [],
  'loses-socket': [],
  'sends-raw': [['text', 'string']],
};
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
const RECORDING_EVENTS = ['in-progress', 'completed', 'absent'];
const ANSWERS = ['answers', 'busy', 'no-answer', 'failed'];
const OUTCOMES = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];
const VERDICTS = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
];

function fields(value: unknown, place: string, names: readonly string[]): JsonObject {
  if (!isObject(value)) throw new ScriptError(`${place} must be an object`);
  const extra = Object.keys(value).find((name) => !names.includes(name));
  if (extra !== undefined) {
    throw new ScriptError(`${place} has no ${extra}; possible are ${names.join(', ') || 'no fields'}`);
  }
  return value;
}

function check(from: JsonObject, place: string, name: string, type: 'number' | 'string' | 'boolean'): void {
  const value = from[name];
  const isGood = type === 'number' ? typeof value === 'number' && value >= 0 : typeof value === type;
  if (!isGood)
    throw new ScriptError(`${place}.${name} must be a ${type}${type === 'number' ? ' of 0 or more' : ''}`);
}

function optional(
  from: JsonObject,
  place: string,
  names: readonly string[],
  type: 'number' | 'boolean',
): void {
  for (const name of names) if (from[name] !== undefined) check(from, place, name, type);
}

function oneOf(value: unknown, place: string, words: readonly string[]): void {
  if (typeof value !== 'string' || !words.includes(value)) {
    throw new ScriptError(`${place} must be one of ${words.join(', ')}`);
  }
}

function checkStep(value: unknown, place: string): void {
  const step = fields(value, place, ['step', 'ms', 'clip', 'noiseMs', 'digits', 'text']);
  oneOf(step['step'], `${place}.step`, Object.keys(STEPS));
  const name = String(step['step']);
  if (name === 'says') {
    fields(value, place, ['step', 'clip', 'noiseMs']);
    if ((step['clip'] === undefined) === (step['noiseMs'] === undefined)) {
      throw new ScriptError(`${place} needs either clip or noiseMs`);
    }
    check(
      step,
      place,
      step['clip'] === undefined ? 'noiseMs' : 'clip',
      step['clip'] === undefined ? 'number' : 'string',
    );
    return;
  }
  const needed = STEPS[name] ?? [];
  fields(value, place, ['step', ...needed.map(([field]) => field)]);
  for (const [field, type] of needed) check(step, place, field, type);
}

function checkAnswer(value: unknown): void {
  const answer = fields(value, 'answer', ['kind', 'afterMs']);
  oneOf(answer['kind'], 'answer.kind', ANSWERS);
  if (answer['kind'] === 'answers') check(answer, 'answer', 'afterMs', 'number');
}

function checkCallbacks(
  value: unknown,
  place: string,
  known: readonly string[],
  flags: readonly string[] = [],
): void {
  const faults = fields(value, place, ['doubled', 'dropped', 'lateMs', ...flags]);
  optional(faults, place, flags, 'boolean');
  for (const name of ['doubled', 'dropped']) {
    const events: unknown = faults[name] ?? [];
    if (!Array.isArray(events)) throw new ScriptError(`${place}.${name} must be a list`);
    for (const event of events) oneOf(event, `${place}.${name}`, known);
  }
  const late = fields(faults['lateMs'] ?? {}, `${place}.lateMs`, known);
  optional(late, `${place}.lateMs`, known, 'number');
}

function checkStream(value: unknown): void {
  const numbers = ['markDelayMs', 'openDelayMs', 'startDelayMs'];
  const flags = ['losesMarks', 'neverOpens'];
  const stream = fields(value, 'stream', [...numbers, ...flags]);
  optional(stream, 'stream', numbers, 'number');
  optional(stream, 'stream', flags, 'boolean');
}

function checkRest(script: JsonObject): void {
  optional(script, 'script', ['patienceMs'], 'number');
  if (script['webhooks'] !== undefined) checkCallbacks(script['webhooks'], 'webhooks', EVENTS);
  if (script['recording'] !== undefined)
    checkCallbacks(script['recording'], 'recording', RECORDING_EVENTS, ['absent']);
  if (script['stream'] !== undefined) checkStream(script['stream']);
  if (script['detection'] !== undefined) {
    const detection = fields(script['detection'], 'detection', ['answeredBy', 'afterMs']);
    oneOf(detection['answeredBy'], 'detection.answeredBy', VERDICTS);
    check(detection, 'detection', 'afterMs', 'number');
  }
  const { dial } = script;
  if (Array.isArray(dial)) for (const [index, one] of dial.entries()) checkDial(one, `dial[${index}]`);
  else if (dial !== undefined) checkDial(dial, 'dial');
}

function checkDial(value: unknown, place: string): void {
  const dial = fields(value, place, ['outcome', 'afterMs', 'talkMs', 'presses']);
  oneOf(dial['outcome'], `${place}.outcome`, OUTCOMES);
  optional(dial, place, ['afterMs', 'talkMs'], 'number');
  if (dial['presses'] !== undefined) check(dial, place, 'presses', 'string');
}

function assertPlayable(value: unknown): asserts value is CallerScript {
  const script = fields(value, 'the script', [
    'answer',
    'steps',
    'patienceMs',
    'detection',
    'dial',
    'webhooks',
    'recording',
    'stream',
  ]);
  const { steps } = script;
  checkAnswer(script['answer']);
  if (!Array.isArray(steps)) throw new ScriptError('steps must be a list');
  for (const [index, step] of steps.entries()) checkStep(step, `steps[${index}]`);
  checkRest(script);
}

/**
 * `answer` and `steps` may be left out: answered at once, silent.
 * @throws ScriptError
 */
export function readCallerScript(value: unknown): CallerScript {
  if (!isObject(value)) throw new ScriptError('the script must be an object');
  const script: unknown = { answer: { kind: 'answers', afterMs: 0 }, steps: [], ...value };
  assertPlayable(script);
  return script;
}
