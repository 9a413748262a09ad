/**
 * From an input class with rules of class-validator to the parameter schema of ElevenLabs, whose dialect knows objects, arrays
 * and literals, each with either a description, a variable or a constant, and enums of strings: no references, no alternatives, no
 * patterns or bounds. Bounds and patterns are left out, since the arguments are checked here anyway; what cannot be said is a fault.
 */
import classTransformerStorage from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema, validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { CONSTANT_KEY, SUPPLY_CONVERTERS, VARIABLE_KEY } from './supplied.decorator.js';
import { variableNameFaults } from './tool-options.js';

export type AgentSchema = Readonly<Record<string, unknown>>;

export interface SchemaResult {
  readonly schema: AgentSchema;
  /** Why the class cannot be expressed; empty when it can. */
  readonly faults: readonly string[];
}

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly oneOf?: unknown;
  readonly anyOf?: unknown;
  readonly allOf?: unknown;
  readonly not?: unknown;
  readonly [VARIABLE_KEY]?: string;
  readonly [CONSTANT_KEY]?: unknown;
}

const PREFIX = '#/$defs/';
const LITERALS = new Set(['string', 'number', 'integer', 'boolean']);
const SPOKEN = ['$ref', 'type', 'description', 'properties', 'required', 'items', 'enum'];
const LABELS = [VARIABLE_KEY, CONSTANT_KEY];
/** Rules of the class that ElevenLabs cannot be told and that are held here. */
const HELD_HERE = [
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
];
const ALTERNATIVES = ['oneOf', 'anyOf', 'allOf', 'not'];
const KNOWN = new Set([...SPOKEN, ...LABELS, ...HELD_HERE, ...ALTERNATIVES]);

export function schemaOf(input: new () => object): SchemaResult {
  const options = {
    refPointerPrefix: PREFIX,
    classTransformerMetadataStorage: classTransformerStorage.defaultMetadataStorage,
    additionalConverters: SUPPLY_CONVERTERS,
  };
  const definitions = validationMetadatasToSchemas(options) as Readonly<Record<string, JsonSchema>>;
  const root = targetConstructorToSchema(input, options) as JsonSchema;
  const translator = new Translator(definitions, input.name);
  const schema = translator.object({ ...root, type: 'object' }, '', []);
  return { schema, faults: translator.faults };
}

class Translator {
  readonly faults: string[] = [];

  constructor(
    private readonly definitions: Readonly<Record<string, JsonSchema>>,
    private readonly className: string,
  ) {}

  object(schema: JsonSchema, path: string, within: readonly string[]): AgentSchema {
    const properties: Record<string, AgentSchema> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      properties[name] = this.any(property, path === '' ? name : `${path}.${name}`, within);
    }
    return {
      type: 'object',
      ...(schema.description === undefined ? {} : { description: schema.description }),
      properties,
      // The model is not asked for what is supplied.
      required: (schema.required ?? []).filter((name) => !isSupplied(properties[name])),
    };
  }

  private any(schema: JsonSchema, path: string, within: readonly string[]): AgentSchema {
    for (const name of Object.keys(schema))
      if (!KNOWN.has(name))
        this.fault(
          path,
          `has "${name}", which ElevenLabs does not know; leave it out or say it in the description`,
        );
    if (schema[VARIABLE_KEY] !== undefined || schema[CONSTANT_KEY] !== undefined)
      return this.supplied(schema, path);
    if (schema.$ref !== undefined) return this.reference(schema, path, within);
    if (ALTERNATIVES.some((name) => Object.hasOwn(schema, name)))
      return this.fault(path, 'has alternatives, which the agent cannot be told; give it one type');
    if (schema.type === 'array') return this.array(schema, path, within);
    if (schema.type === 'object') {
      if (!schema.properties)
        return this.fault(path, 'is an object without known fields; give it a class and @Type');
      return this.object(this.described(schema, path), path, within);
    }
    return this.literal(schema, path);
  }

  /** Exactly one of description, variable and constant: the vendor refuses more. */
  private supplied(schema: JsonSchema, path: string): AgentSchema {
    const { [VARIABLE_KEY]: variable, [CONSTANT_KEY]: constant } = schema;
    if (schema.description !== undefined || (variable !== undefined && constant !== undefined))
      return this.fault(path, 'has more than one of @JSONSchema description, @FromVariable and @Constant');
    const type = schema.$ref === undefined ? schema.type : 'object';
    if (typeof type !== 'string' || !(LITERALS.has(type) || type === 'array' || type === 'object'))
      return this.fault(path, UNTYPED);
    if (variable !== undefined) {
      for (const fault of variableNameFaults(variable, true))
        this.fault(path, `takes its value from ${fault}`);
      return { type, dynamic_variable: variable };
    }
    if (constant === '' || constant === null)
      return this.fault(path, 'has an empty constant, which ElevenLabs takes for none');
    if (!isOfType(constant, type)) return this.fault(path, `has a constant that is no ${type}`);
    return { type, constant_value: constant };
  }

  private reference(schema: JsonSchema, path: string, within: readonly string[]): AgentSchema {
    const name = (schema.$ref ?? '').slice(PREFIX.length);
    const target = this.definitions[name];
    if (!target) return this.fault(path, `refers to ${name}, which has no rules`);
    if (within.includes(name)) return this.fault(path, `contains itself through ${name}`);
    const description = schema.description ?? target.description;
    return this.object(
      this.described({ ...target, ...(description === undefined ? {} : { description }) }, path),
      path,
      [...within, name],
    );
  }

  private array(schema: JsonSchema, path: string, within: readonly string[]): AgentSchema {
    const { description } = this.described(schema, path);
    if (!schema.items || Object.keys(schema.items).length === 0)
      return this.fault(path, 'is a list of unknown things; say what is in it, with { each: true } or @Type');
    const items = this.any({ description: `One of: ${description}`, ...schema.items }, `${path}[]`, within);
    return { type: 'array', description, items };
  }

  private literal(schema: JsonSchema, path: string): AgentSchema {
    const { type } = schema;
    if (typeof type !== 'string' || !LITERALS.has(type)) {
      return this.fault(path, UNTYPED);
    }
    const { description } = this.described(schema, path);
    // The dialect has enums of strings only; others are checked here.
    const texts = schema.enum?.filter((value) => typeof value === 'string') ?? [];
    return { type, description, ...(type === 'string' && texts.length > 0 ? { enum: texts } : {}) };
  }

  /** A model fills what is described to it, and ElevenLabs refuses a parameter without a description. */
  private described(schema: JsonSchema, path: string): JsonSchema {
    if (schema.description === undefined)
      this.fault(path, 'has no description; add @JSONSchema({ description })');
    return schema;
  }

  private fault(path: string, fault: string): AgentSchema {
    this.faults.push(`${this.className}.${path} ${fault}`);
    return {};
  }
}

const UNTYPED = 'has no type that the agent can be told; use @IsString, @IsNumber, @IsInt or @IsBoolean';

/** Whether the model is spared from giving the value. */
export function isSupplied(schema: AgentSchema | undefined): boolean {
  return schema !== undefined && ('dynamic_variable' in schema || 'constant_value' in schema);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
