/**
 * Fields of a tool's input that the model does not choose. ElevenLabs is told where the value comes from and does not ask the model
 * for it; here the value is put in again before the input is checked, because what arrives is only what an agent said.
 */
import { ValidateBy, type ValidationArguments } from 'class-validator';
import type { ISchemaConverters } from 'class-validator-jsonschema/build/defaultConverters.js';

export type ConstantValue =
  string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** Keys under which the schema of a field carries its label, until it is translated. */
export const VARIABLE_KEY = 'x-dynamic-variable';
export const CONSTANT_KEY = 'x-constant-value';

const VARIABLE_RULE = 'isSuppliedByVariable';
const CONSTANT_RULE = 'isSuppliedByConstant';

/**
 * The value is that of a variable of the call. Where the call has none of that name, one that ElevenLabs keeps itself (`system__…`, or
 * what the `assignments` of a tool set) is taken from the agent; any other is missing, and the rules of the field decide.
 */
export function FromVariable(name: string): PropertyDecorator {
  return supplied(VARIABLE_RULE, name);
}

/** The value is always this one: not empty text and not null, which ElevenLabs takes for none. */
export function Constant(value: ConstantValue): PropertyDecorator {
  return supplied(CONSTANT_RULE, value);
}

/** How class-validator-jsonschema writes the labels into a schema. */
export const SUPPLY_CONVERTERS: ISchemaConverters = {
  [VARIABLE_RULE]: ({ constraints }) => ({ [VARIABLE_KEY]: constraintOf(constraints) }),
  [CONSTANT_RULE]: ({ constraints }) => ({ [CONSTANT_KEY]: constraintOf(constraints) }),
};

/** A rule that always holds: it makes the field known to the validator and to the schema, nested classes and heirs included. */
function supplied(name: string, value: unknown): PropertyDecorator {
  const validator = { validate: (_value: unknown, _all?: ValidationArguments) => true };
  return ValidateBy({ name, constraints: [{ value }], validator });
}

/** Wrapped, because the validator's own decorators take a bare list for the list of constraints. */
function constraintOf(constraints: readonly { readonly value: unknown }[] | undefined): unknown {
  return constraints?.[0]?.value;
}
