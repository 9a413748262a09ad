/**
 * Puts the values that the model does not choose into the arguments of a tool: constants, and the call's own variables. What an agent
 * sent in their place is thrown away, except for variables that only ElevenLabs can know. Pure.
 */
import type { Variables } from '../core/call/call.js';
import { isSupplied, type AgentSchema } from './tool-schema.js';

export interface Supplies {
  /** Those of the call. */
  readonly variables: Variables;
  /** Whether ElevenLabs keeps a variable of that name, so that its value can only come from there. */
  readonly isTheVendors: (name: string) => boolean;
}

/** A copy of the arguments with the supplied values in it; what has no supplied value is left as it is. */
export function withSupplied(schema: AgentSchema, value: unknown, supplies: Supplies): unknown {
  if (!hasSupplied(schema)) return value;
  if (Array.isArray(value)) {
    const items = partOf(schema, 'items');
    return value.map((item) => withSupplied(items, item, supplies));
  }
  if (typeof value !== 'object' || value === null) return value;
  const given = new Map<string, unknown>(Object.entries(value));
  for (const [name, property] of propertiesOf(schema)) {
    if (!isSupplied(property)) {
      if (given.has(name)) given.set(name, withSupplied(property, given.get(name), supplies));
      continue;
    }
    const own = valueFor(property, given.get(name), supplies);
    if (own === undefined) given.delete(name);
    else given.set(name, own);
  }
  return Object.fromEntries(given);
}

/** Whether anything at all in there is supplied. */
export function hasSupplied(schema: AgentSchema): boolean {
  if (isSupplied(schema)) return true;
  if (schema['type'] === 'array') return hasSupplied(partOf(schema, 'items'));
  return propertiesOf(schema).some(([, property]) => hasSupplied(property));
}

/** Whether a variable of a call is needed in there. */
export function needsVariables(schema: AgentSchema): boolean {
  if ('dynamic_variable' in schema) return true;
  if (schema['type'] === 'array') return needsVariables(partOf(schema, 'items'));
  return propertiesOf(schema).some(([, property]) => needsVariables(property));
}

function valueFor(schema: AgentSchema, sent: unknown, supplies: Supplies): unknown {
  if ('constant_value' in schema) return schema['constant_value'];
  const name = String(schema['dynamic_variable']);
  if (Object.hasOwn(supplies.variables, name)) return fitted(supplies.variables[name], schema['type']);
  return supplies.isTheVendors(name) ? sent : undefined;
}

/** Variables that came with a line are texts, whatever they say. */
function fitted(value: unknown, type: unknown): unknown {
  if ((type === 'number' || type === 'integer') && typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    return Number.isFinite(number) ? number : value;
  }
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return type === 'string' && (typeof value === 'number' || typeof value === 'boolean')
    ? String(value)
    : value;
}

function propertiesOf(schema: AgentSchema): [name: string, property: AgentSchema][] {
  return Object.entries(partOf(schema, 'properties')).filter((entry): entry is [string, AgentSchema] =>
    isSchema(entry[1]),
  );
}

function partOf(schema: AgentSchema, name: string): AgentSchema {
  const part = schema[name];
  return isSchema(part) ? part : {};
}

function isSchema(value: unknown): value is AgentSchema {
  return typeof value === 'object' && value !== null;
}
