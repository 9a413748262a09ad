/**
 * Whether an ElevenLabs agent is set as a phone line needs it, and the change that sets it so. Pure.
 */
import { isObject, type JsonObject } from '../protocol/decoding.js';
import { fault, ok, warning, type Finding } from './finding.js';

const FORMAT = 'ulaw_8000';
const INPUT = ['conversation_config', 'asr', 'user_input_audio_format'];
const OUTPUT = ['conversation_config', 'tts', 'agent_output_audio_format'];
const EVENTS = ['conversation_config', 'conversation', 'client_events'];
const QUEUEING = ['platform_settings', 'queueing_config', 'enabled'];
const FIX = 'npm run doctor -- --fix';

/** Without these there is no call, or one that cannot be interrupted. */
const NEEDED_EVENTS = [
  'conversation_initiation_metadata',
  'audio',
  'ping',
  'interruption',
  'client_tool_call',
];
/** Without these the record lacks words, or the end of a call is known from the close alone. */
const WANTED_EVENTS = [
  'user_transcript',
  'agent_response',
  'agent_response_correction',
  'agent_tool_response',
  'client_error',
];

function memberAt(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), from);
}

function eventsOf(agent: unknown): readonly unknown[] {
  const events = memberAt(agent, EVENTS);
  return Array.isArray(events) ? events : [];
}

function formatFinding(agent: unknown, check: string, path: readonly string[]): Finding {
  const format = memberAt(agent, path);
  return format === FORMAT
    ? ok(check, FORMAT)
    : fault(check, `${String(format)}, and a phone line needs ${FORMAT}`, FIX);
}

function eventsFinding(agent: unknown): Finding {
  const events = eventsOf(agent);
  const lacking = NEEDED_EVENTS.filter((event) => !events.includes(event));
  if (lacking.length > 0) return fault('agent events', `not sent: ${lacking.join(', ')}`, FIX);
  const missed = WANTED_EVENTS.filter((event) => !events.includes(event));
  if (missed.length > 0) return warning('agent events', `not sent: ${missed.join(', ')}`, FIX);
  return ok('agent events', 'all that are needed are sent');
}

function queueFinding(agent: unknown): Finding {
  const isQueueing = memberAt(agent, QUEUEING);
  if (typeof isQueueing === 'boolean') return ok('agent queue', isQueueing ? 'on' : 'off');
  // What an agent is made with and what the schema says differ, so nothing said is not known.
  return warning('agent queue', 'not set, so ElevenLabs decides whether a caller waits in silence', FIX);
}

function authFinding(agent: unknown): Finding {
  return memberAt(agent, ['platform_settings', 'auth', 'enable_auth']) === true
    ? ok('agent access', 'by signed URL only')
    : warning(
        'agent access',
        'public: whoever knows its id can talk to it at your cost',
        'switch on authentication in the security settings of the agent',
      );
}

/** @param agent the answer of `GET /v1/convai/agents/{id}` */
export function agentFindings(agent: unknown): readonly Finding[] {
  return [
    formatFinding(agent, 'agent input format', INPUT),
    formatFinding(agent, 'agent output format', OUTPUT),
    eventsFinding(agent),
    queueFinding(agent),
    authFinding(agent),
  ];
}

export interface AgentFix {
  /** Body of the PATCH. */
  readonly change: JsonObject;
  /** One line each: what it is and what it will be. */
  readonly deeds: readonly string[];
}

/**
 * Undefined when nothing is to be changed. Events that are there stay; a queue that was switched off stays off.
 * @param queueTimeoutSeconds how long this service waits with a caller: ElevenLabs need not keep him longer
 */
export function agentFix(agent: unknown, queueTimeoutSeconds: number): AgentFix | undefined {
  const deeds: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [, section = '', name = ''] of [INPUT, OUTPUT]) {
    const before = memberAt(agent, ['conversation_config', section, name]);
    if (before === FORMAT) continue;
    config[section] = { [name]: FORMAT };
    deeds.push(`${name}: ${String(before)} → ${FORMAT}`);
  }
  const events = eventsOf(agent);
  const added = [...NEEDED_EVENTS, ...WANTED_EVENTS].filter((event) => !events.includes(event));
  if (added.length > 0) {
    config['conversation'] = { client_events: [...events, ...added] };
    deeds.push(`client_events: + ${added.join(', ')}`);
  }
  const isQueueSet = typeof memberAt(agent, QUEUEING) === 'boolean';
  if (!isQueueSet) deeds.push(`queueing_config: not set → on, at most ${queueTimeoutSeconds} s`);
  if (deeds.length === 0) return undefined;
  const queueing = { queueing_config: { enabled: true, wait_timeout_seconds: queueTimeoutSeconds } };
  return {
    change: {
      ...(Object.keys(config).length > 0 ? { conversation_config: config } : {}),
      ...(isQueueSet ? {} : { platform_settings: queueing }),
    },
    deeds,
  };
}
