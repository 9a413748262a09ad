/**
 * The agent's end of the ElevenLabs socket: reads what a client sends as strictly as the vendor's server does (anything
 * that its specification does not have raises a WireError), and writes every message of the server, the three shapes of
 * an error included. Source: the server team's AsyncAPI (2026-06-29). Not used by the service.
 */
import { isObject, parseObject, stringField, WireError, type JsonObject } from '../decoding.js';
import type {
  AgentError,
  ClientToolResult,
  ContextualUpdate,
  DynamicVariable,
  FromAgent,
  Pong,
  UserActivity,
  UserAudio,
  UserMessage,
} from './conversation.messages.js';

/** The wire also takes (nested) lists as values of variables. */
export type ReceivedVariable = DynamicVariable | readonly ReceivedVariable[];

export interface ReceivedInitiation {
  readonly type: 'conversation_initiation_client_data';
  readonly dynamic_variables?: Readonly<Record<string, ReceivedVariable>>;
  readonly conversation_config_override?: JsonObject;
  readonly custom_llm_extra_body?: JsonObject;
  readonly user_id?: string;
  readonly source_info?: { readonly source?: string; readonly version?: string };
  readonly branch_id?: string;
  readonly environment?: string;
}
export interface MultimodalMessage {
  readonly type: 'multimodal_message';
  readonly text?: string;
}
export interface Feedback {
  readonly type: 'feedback';
  readonly event_id: number;
  readonly score: 'like' | 'dislike' | null;
}
export interface McpToolApprovalResult {
  readonly type: 'mcp_tool_approval_result';
  readonly tool_call_id: string;
  readonly is_approved: boolean;
}
export type ReceivedByAgent =
  | ReceivedInitiation
  | UserAudio
  | Pong
  | ClientToolResult
  | ContextualUpdate
  | UserMessage
  | UserActivity
  | MultimodalMessage
  | Feedback
  | McpToolApprovalResult;

/** Tells a client that a tool is about to run; for a client tool it precedes the `client_tool_call`. */
export interface AgentToolRequest {
  readonly type: 'agent_tool_request';
  readonly agent_tool_request: {
    readonly tool_name: string;
    readonly tool_call_id: string;
    readonly tool_type: string;
    readonly event_id: number;
    readonly expects_response: boolean;
    readonly disable_interruptions: boolean;
    readonly response_timeout_secs: number;
    readonly execution_mode: string;
  };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const MAX_SOURCE_VERSION_CHARS = 50;
const ERROR_TYPES: ReadonlySet<string> = new Set([
  'user_rejected',
  'external_server',
  'external_client',
  'customer_auth',
  'client_timeout',
  'unknown',
]);

function integer(from: JsonObject, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new WireError(`${name}: expected an integer`);
  return value;
}

function boolean(from: JsonObject, name: string): boolean {
  const value = from[name];
  if (typeof value !== 'boolean') throw new WireError(`${name}: expected a boolean`);
  return value;
}

/** Absent and null are the same: clients in the field send null for what they do not set. */
function stringIfAny<Name extends string>(from: JsonObject, name: Name): { [key in Name]?: string } {
  const value = from[name];
  if (value === undefined || value === null) return {};
  const found: { [key in Name]?: string } = {};
  found[name] = stringField(from, name);
  return found;
}

function objectIfAny(from: JsonObject, name: string): JsonObject | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new WireError(`${name}: expected an object`);
  return value;
}

function isVariable(value: unknown): value is ReceivedVariable {
  if (Array.isArray(value)) return value.every(isVariable);
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function readVariables(message: JsonObject): Record<string, ReceivedVariable> | undefined {
  const given = objectIfAny(message, 'dynamic_variables');
  if (!given) return undefined;
  const variables: Record<string, ReceivedVariable> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!isVariable(value))
      throw new WireError(`dynamic_variables.${name}: expected a string, number, boolean, null or list`);
    variables[name] = value;
  }
  return variables;
}

function readSource(message: JsonObject): ReceivedInitiation['source_info'] {
  const source = objectIfAny(message, 'source_info');
  if (!source) return undefined;
  const read = { ...stringIfAny(source, 'source'), ...stringIfAny(source, 'version') };
  if ((read.version ?? '').length > MAX_SOURCE_VERSION_CHARS) {
    throw new WireError(`source_info.version: longer than ${MAX_SOURCE_VERSION_CHARS} characters`);
  }
  return read;
}

function readInitiation(message: JsonObject): ReceivedInitiation {
  const variables = readVariables(message);
  const override = objectIfAny(message, 'conversation_config_override');
  const extraBody = objectIfAny(message, 'custom_llm_extra_body');
  const source = readSource(message);
  return {
    type: 'conversation_initiation_client_data',
    ...(variables ? { dynamic_variables: variables } : {}),
    ...(override ? { conversation_config_override: override } : {}),
    ...(extraBody ? { custom_llm_extra_body: extraBody } : {}),
    ...stringIfAny(message, 'user_id'),
    ...(source ? { source_info: source } : {}),
    ...stringIfAny(message, 'branch_id'),
    ...stringIfAny(message, 'environment'),
  };
}

function readToolResult(message: JsonObject): ClientToolResult {
  const errorType = stringIfAny(message, 'error_type');
  if (errorType.error_type !== undefined && !ERROR_TYPES.has(errorType.error_type)) {
    throw new WireError('error_type: not one of the known kinds');
  }
  return {
    type: 'client_tool_result',
    tool_call_id: stringField(message, 'tool_call_id'),
    result: stringField(message, 'result'),
    // A given error_type makes it an error whatever is_error says (specification).
    is_error: boolean(message, 'is_error') || errorType.error_type !== undefined,
    ...errorType,
  };
}

function readAudio(message: JsonObject): UserAudio {
  const chunk = stringField(message, 'user_audio_chunk');
  if (chunk.length % 4 !== 0 || !BASE64.test(chunk)) throw new WireError('user_audio_chunk: not base64');
  return { user_audio_chunk: chunk };
}

const READERS: Readonly<Record<string, (message: JsonObject) => ReceivedByAgent>> = {
  conversation_initiation_client_data: readInitiation,
  pong: (message) => ({ type: 'pong', event_id: integer(message, 'event_id') }),
  client_tool_result: readToolResult,
  contextual_update: (message) => ({
    type: 'contextual_update',
    text: stringField(message, 'text'),
    ...stringIfAny(message, 'context_id'),
  }),
  user_message: (message) => ({ type: 'user_message', text: stringIfAny(message, 'text').text ?? '' }),
  user_activity: () => ({ type: 'user_activity' }),
  multimodal_message: (message) => ({
    type: 'multimodal_message',
    ...stringIfAny(objectIfAny(message, 'text') ?? {}, 'text'),
  }),
  feedback: (message) => {
    const score = message['score'] ?? null;
    if (score !== 'like' && score !== 'dislike' && score !== null)
      throw new WireError('score: expected like, dislike or null');
    return { type: 'feedback', event_id: integer(message, 'event_id'), score };
  },
  mcp_tool_approval_result: (message) => ({
    type: 'mcp_tool_approval_result',
    tool_call_id: stringField(message, 'tool_call_id'),
    is_approved: boolean(message, 'is_approved'),
  }),
};

/** @throws WireError for everything to which the server answers with close 1008 "Invalid message received". */
export function decodeToAgent(text: string): ReceivedByAgent {
  const message = parseObject(text);
  // Audio is the one message without a type; it is known by its only field.
  if ('user_audio_chunk' in message) return readAudio(message);
  const type = stringField(message, 'type');
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (!read) throw new WireError(`type: ${type} is not a message to an agent`);
  return read(message);
}

function errorOnTheWire(error: AgentError): object {
  const message = error.message === undefined ? {} : { message: error.message };
  switch (error.shape) {
    case 'client_error': {
      return {
        type: 'client_error',
        error_event: { code: error.code ?? 1011, error_name: error.name ?? 'unknown', ...message },
      };
    }
    case 'error_event': {
      const name = error.name === undefined ? {} : { error_type: error.name };
      return { type: 'error', error_event: { code: error.code ?? 1011, ...name, ...message } };
    }
    default: {
      return { type: 'error', ...message, ...(error.code === undefined ? {} : { code: error.code }) };
    }
  }
}

export function encodeFromAgent(message: FromAgent | AgentToolRequest): string {
  return JSON.stringify(message.type === 'error' ? errorOnTheWire(message) : message);
}
