/**
 * The configuration of a tool as the vendor's REST takes and shows it: what is refused, and the defaults that it fills in. Client
 * tools are checked by the limits of the OpenAPI; those of other kinds are stored as they come. Pure.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import type { FieldFault } from './rest-answer.js';

const KINDS: ReadonlySet<unknown> = new Set(['client', 'webhook', 'system', 'mcp']);
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_RESPONSE_SECONDS = 120;
const LITERALS: ReadonlySet<unknown> = new Set(['boolean', 'string', 'integer', 'number']);
/** Of these a leaf has exactly one: OpenAPI, LiteralJsonSchemaProperty. */
const SOURCES = ['description', 'dynamic_variable', 'constant_value', 'is_system_provided', 'is_omitted'];

const UNSET: ReadonlySet<unknown> = new Set([undefined, null, '', false]);

const LITERAL_DEFAULTS: JsonObject = {
  description: '',
  enum: null,
  is_system_provided: false,
  dynamic_variable: '',
  allowed_values_dynamic_variable: '',
  constant_value: '',
  is_omitted: false,
};
const COMPOUND_DEFAULTS: JsonObject = {
  description: '',
  dynamic_variable: '',
  constant_value: null,
  is_omitted: false,
};
const CLIENT_DEFAULTS: JsonObject = {
  response_timeout_secs: 20,
  disable_interruptions: false,
  interruption_mode: 'allow',
  force_pre_tool_speech: false,
  pre_tool_speech: 'auto',
  assignments: [],
  tool_call_sound: null,
  tool_call_sound_behavior: 'auto',
  tool_error_handling_mode: 'auto',
  parameters: null,
  expects_response: false,
  dynamic_variables: { dynamic_variable_placeholders: {} },
  execution_mode: 'immediate',
};

function fault(at: readonly string[], msg: string, type = 'value_error'): FieldFault {
  return { loc: ['body', 'tool_config', ...at], msg, type };
}

/** @param config what `tool_config` of the body is */
export function faultsOfTool(config: unknown): readonly FieldFault[] {
  if (!isObject(config)) return [fault([], 'Field required', 'missing')];
  const kind = config['type'] ?? 'client';
  if (!KINDS.has(kind)) return [fault(['type'], 'Input tag does not match', 'union_tag_invalid')];
  if (kind !== 'client') return [];
  const { name, description, response_timeout_secs: seconds = 20, parameters } = config;
  const faults: FieldFault[] = [];
  if (typeof name !== 'string' || !NAME.test(name))
    faults.push(fault(['client', 'name'], 'String should match the pattern', 'string_pattern_mismatch'));
  if (typeof description !== 'string')
    faults.push(fault(['client', 'description'], 'Field required', 'missing'));
  if (!Number.isInteger(seconds) || Number(seconds) < 1 || Number(seconds) > MAX_RESPONSE_SECONDS)
    faults.push(fault(['client', 'response_timeout_secs'], 'Input should be an integer from 1 to 120'));
  if (parameters !== undefined && parameters !== null)
    faults.push(...schemaFaults(parameters, ['client', 'parameters'], 'object'));
  return faults;
}

function schemaFaults(schema: unknown, at: readonly string[], expected?: string): readonly FieldFault[] {
  if (!isObject(schema)) return [fault(at, 'Input should be an object', 'dict_type')];
  const type = schema['type'] ?? (expected === 'object' ? 'object' : undefined);
  if (expected !== undefined && type !== expected)
    return [fault([...at, 'type'], `Input should be ${expected}`)];
  if (type === 'object') {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return Object.entries(properties).flatMap(([name, part]) =>
      schemaFaults(part, [...at, 'properties', name]),
    );
  }
  if (type === 'array') return schemaFaults(schema['items'], [...at, 'items']);
  if (!LITERALS.has(type)) return [fault([...at, 'type'], 'Input should be a type of the schema')];
  const given = SOURCES.filter((name) => !UNSET.has(schema[name]));
  return given.length === 1
    ? []
    : [fault(at, `Exactly one of ${SOURCES.join(', ')} must be set; ${given.length} are`)];
}

/** As the vendor shows it afterwards: with everything that was not said. */
export function withDefaults(config: JsonObject): JsonObject {
  if ((config['type'] ?? 'client') !== 'client') return config;
  const filled: JsonObject = { ...CLIENT_DEFAULTS, type: 'client', ...config };
  return { ...filled, parameters: schemaWithDefaults(filled['parameters']) };
}

function schemaWithDefaults(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  if (schema['type'] === 'array')
    return { ...COMPOUND_DEFAULTS, ...schema, items: schemaWithDefaults(schema['items']) };
  if (schema['type'] !== 'object' && !isObject(schema['properties']))
    return { ...LITERAL_DEFAULTS, ...schema };
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return {
    type: 'object',
    required: [],
    required_constraints: null,
    ...COMPOUND_DEFAULTS,
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, part]) => [name, schemaWithDefaults(part)]),
    ),
  };
}
