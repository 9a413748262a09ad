/**
 * Where a tool at ElevenLabs differs from ours. The vendor answers with every default filled in, and with fields that are not ours to
 * say, so both sides are brought to one form first: only what we say is compared. Pure.
 */
import type { ClientToolConfig } from '../client-tool-config.js';
import { withoutMark } from './ownership.js';

export interface Difference {
  /** `description`, `parameters.properties.item.description` … */
  readonly field: string;
  /** As JSON; undefined where there is nothing. */
  readonly here: string | undefined;
  readonly there: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** The vendor's defaults (OpenAPI, 2026-08-22), for answers that leave something out. */
const TOOL_DEFAULTS: Json = {
  parameters: null,
  expects_response: false,
  response_timeout_secs: 20,
  execution_mode: 'immediate',
  pre_tool_speech: 'auto',
  tool_call_sound: null,
  tool_call_sound_behavior: 'auto',
  interruption_mode: 'allow',
  tool_error_handling_mode: 'auto',
  assignments: [],
};
const ASSIGNMENT_DEFAULTS: Json = { source: 'response', sanitize: false, preserve_native_type: false };
const SUPPLIES: ReadonlySet<string> = new Set(['dynamic_variable', 'constant_value']);
const NO_PARAMETERS = { type: 'object', properties: {} };

export function toolDrift(ours: ClientToolConfig, theirs: Json): Difference[] {
  const filled: Json = { ...TOOL_DEFAULTS, ...theirs };
  const pairs = Object.entries(ours).flatMap(([field, here]) =>
    differences(field, plain(field, here), plain(field, filled[field])),
  );
  return pairs.map(({ field, here, there }) => ({ field, here: written(here), there: written(there) }));
}

function plain(field: string, value: unknown): unknown {
  if (field === 'description') return withoutMark(String(value));
  if (field === 'parameters') return plainSchema(value ?? NO_PARAMETERS);
  if (field === 'assignments' && Array.isArray(value))
    return value.map((item: object) => ({ ...ASSIGNMENT_DEFAULTS, ...item }));
  return value;
}

/** A part of a schema without what says nothing: the vendor adds `""`, `null`, `false` and its own notes to each. */
function plainSchema(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const plainOnes = Object.entries(schema).filter(([name, value]) => !isSilent(name, value));
  // What is inside of a supplied list or object is filled in by the vendor and means nothing.
  if (plainOnes.some(([name]) => SUPPLIES.has(name)))
    return Object.fromEntries(plainOnes.filter(([name]) => name === 'type' || SUPPLIES.has(name)));
  return Object.fromEntries(
    plainOnes.map(([name, value]) => {
      if (name === 'required' && Array.isArray(value)) return [name, value.map(String).toSorted()];
      if (name === 'items') return [name, plainSchema(value)];
      if (name === 'properties' && isObject(value))
        return [
          name,
          Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainSchema(part)])),
        ];
      return [name, value];
    }),
  );
}

function isSilent(name: string, value: unknown): boolean {
  if (name === 'property_kind') return true;
  if (name === 'required') return Array.isArray(value) && value.length === 0;
  // A constant may well be false; the vendor's word for none is the empty text, or null.
  if (value === false) return name !== 'constant_value';
  return value === '' || value === null || value === undefined;
}

interface Pair {
  readonly field: string;
  readonly here: unknown;
  readonly there: unknown;
}

function differences(field: string, here: unknown, there: unknown): Pair[] {
  if (isObject(here) && isObject(there)) {
    const names = new Set([...Object.keys(here), ...Object.keys(there)]);
    return [...names].flatMap((name) => differences(`${field}.${name}`, here[name], there[name]));
  }
  return ordered(here) === ordered(there) ? [] : [{ field, here, there }];
}

function ordered(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

function written(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
