/**
 * The rule for a call's variables: flat, named like the agent's placeholders, and small enough for a stream's start.
 */
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** ElevenLabs reserves these names for itself. */
const RESERVED = /^system__/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** Characters that XML 1.0 has no way to write, escaped or not. */
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
export const MAX_VARIABLES = 50;
export const MAX_VALUE_CHARS = 2000;

/** The fault of a set of variables, naming the variable; undefined when there is none. */
export function variablesFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'expected an object of names and values, like {"name": "John"}';
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_VARIABLES) return `at most ${MAX_VARIABLES} variables`;
  for (const [name, content] of entries) {
    if (!NAME.test(name))
      return `"${name.slice(0, 70)}" is no variable name: letters, digits and _, at most 64, no digit first`;
    if (RESERVED.test(name)) return `"${name}" begins with system__, which ElevenLabs keeps for itself`;
    const fault = valueFault(content);
    if (fault !== undefined) return `"${name}" ${fault}`;
  }
  return undefined;
}

function valueFault(content: unknown): string | undefined {
  if (typeof content === 'boolean') return undefined;
  if (typeof content === 'number') return Number.isFinite(content) ? undefined : 'must be a finite number';
  if (typeof content !== 'string') return 'must be a string, number or boolean';
  if (NOT_IN_XML.test(content)) return 'holds a control character, which TwiML cannot carry';
  return content.length > MAX_VALUE_CHARS ? `is longer than ${MAX_VALUE_CHARS} characters` : undefined;
}

export function IsVariables(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isVariables',
      validator: {
        validate: (value) => variablesFault(value) === undefined,
        defaultMessage: (args) => variablesFault(args?.value) ?? '',
      },
    },
    options,
  );
}
