/**
 * Whether arguments have the shape that the agent was told. The validator looks into the elements of a list wherever it finds one, and
 * so takes lists of lists of objects for objects; a tool that trusts its types would not.
 */
import { isSupplied, type AgentSchema } from './tool-schema.js';

/** The field that has another shape, and what was expected there; undefined when all is well. */
export function misshapen(schema: AgentSchema, value: unknown, path = ''): string | undefined {
  // Whether nothing will do is a question for the rules of the class.
  if (value === undefined || value === null || isSupplied(schema)) return undefined;
  if (schema['type'] === 'array') {
    if (!Array.isArray(value)) return fault(path, 'a list');
    return firstOf(value.map((item, at) => () => misshapen(partOf(schema, 'items'), item, join(path, at))));
  }
  if (schema['type'] === 'object') {
    if (typeof value !== 'object' || Array.isArray(value)) return fault(path, 'an object');
    const properties = Object.entries(partOf(schema, 'properties'));
    return firstOf(
      properties.map(
        ([name, property]) =>
          () =>
            isSchema(property) ? misshapen(property, Reflect.get(value, name), join(path, name)) : undefined,
      ),
    );
  }
  return typeof value === 'object' ? fault(path, 'a single value') : undefined;
}

function fault(path: string, expected: string): string {
  return `${path === '' ? 'the arguments' : path}: expected ${expected}`;
}

function join(path: string, part: string | number): string {
  return path === '' ? String(part) : `${path}.${part}`;
}

function firstOf(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}

function partOf(schema: AgentSchema, name: string): AgentSchema {
  const part = schema[name];
  return isSchema(part) ? part : {};
}

function isSchema(value: unknown): value is AgentSchema {
  return typeof value === 'object' && value !== null;
}
