/**
 * What a client's initiation does to a conversation: overrides are applied when the agent allows them, variables are
 * collected, and what is missing or forbidden ends the conversation. Pure.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import type { ReceivedInitiation } from '../../protocol/elevenlabs/conversation.agent-side.codec.js';
import type { AgentScript } from './agent-script.js';
import { missingVariables } from './placeholders.js';
import type { ConversationSettings } from './simulated-conversation.js';

type Override = NonNullable<AgentScript['allowedOverrides']>[number];

export interface Settled {
  readonly settings: ConversationSettings;
  readonly variables: Map<string, unknown>;
}
/** Ends the conversation: an error event of this name, then close 1008 with this reason. */
export interface Refused {
  readonly errorName: 'override_error' | 'missing_dynamic_variable';
  readonly reason: string;
}

const ALL_OVERRIDES: readonly Override[] = ['first_message', 'prompt', 'language', 'voice_id'];
const PATHS: ReadonlyMap<string, Override> = new Map([
  ['agent.first_message', 'first_message'],
  ['agent.prompt.prompt', 'prompt'],
  ['agent.language', 'language'],
  ['tts.voice_id', 'voice_id'],
]);
/** Ignored instead of refused when it is not allowed ("soft" in the server team's specification). */
const SOFT_PATH = 'asr.keywords';

/** Every set member with its dotted path; null counts as not set. */
function leaves(value: JsonObject, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (member === null || member === undefined) return [];
    return isObject(member) ? leaves(member, `${prefix}${name}.`) : [[`${prefix}${name}`, member] as const];
  });
}

function readOverrides(
  initiation: ReceivedInitiation | undefined,
  allowed: readonly Override[],
): Map<Override, string> | Refused {
  const overrides = new Map<Override, string>();
  for (const [path, value] of leaves(initiation?.conversation_config_override ?? {})) {
    if (path === SOFT_PATH) continue;
    const override = PATHS.get(path);
    if (!override || !allowed.includes(override) || typeof value !== 'string') {
      return {
        errorName: 'override_error',
        // The wording is a third party's report; that the name of the field is in it is what clients rely on.
        reason: `Override for field '${path.split('.').at(-1) ?? path}' is not allowed by config.`,
      };
    }
    overrides.set(override, value);
  }
  return overrides;
}

export function settle(
  script: AgentScript,
  initiation: ReceivedInitiation | undefined,
  system: Readonly<Record<string, string>>,
): Settled | Refused {
  const overrides = readOverrides(initiation, script.allowedOverrides ?? ALL_OVERRIDES);
  if (!(overrides instanceof Map)) return overrides;
  const firstMessage = overrides.get('first_message') ?? script.firstMessage;
  const variables = new Map<string, unknown>([
    ...Object.entries(initiation?.dynamic_variables ?? {}),
    ...Object.entries(system),
  ]);
  const missing = missingVariables(script, firstMessage, new Set(variables.keys()));
  if (missing) {
    return {
      errorName: 'missing_dynamic_variable',
      reason: `Missing required dynamic variables in ${missing.where}: ${missing.names.join(', ')}`,
    };
  }
  const prompt = overrides.get('prompt');
  const language = overrides.get('language');
  const voiceId = overrides.get('voice_id');
  return {
    settings: {
      firstMessage,
      ...(prompt === undefined ? {} : { prompt }),
      ...(language === undefined ? {} : { language }),
      ...(voiceId === undefined ? {} : { voiceId }),
    },
    variables,
  };
}
