/**
 * The form of the list of persons: `sales=+14155550177,night desk=+14155550178`.
 */
import { ValidateBy, type ValidationOptions } from 'class-validator';

export interface TransferTarget {
  /** As agents name it, in lower case. */
  readonly name: string;
  /** E.164. */
  readonly number: string;
}

const TARGET = /^([\p{L}\d][\p{L}\d _-]{0,39})\s*=\s*(\+[1-9]\d{6,14})$/u;

/** From text to targets; what cannot be read stays text, and the rule says so. */
export function transferTargets({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string') return value;
  const targets = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => targetOf(part));
  const names = new Set(targets.map((target) => target?.name));
  return targets.includes(undefined) || names.size < targets.length ? value : targets;
}

function targetOf(text: string): TransferTarget | undefined {
  const [, name, number] = TARGET.exec(text) ?? [];
  return name === undefined || number === undefined ? undefined : { name: name.trim().toLowerCase(), number };
}

export function AreTransferTargets(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'areTransferTargets',
      validator: {
        validate: (value) => Array.isArray(value),
        defaultMessage: () => 'expected names and numbers like sales=+14155550177,night desk=+14155550178',
      },
    },
    options,
  );
}
