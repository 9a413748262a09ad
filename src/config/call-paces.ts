/**
 * The form of a limit of calls by time: `3/1h,10/1d`.
 */
import { ValidateBy, type ValidationOptions } from 'class-validator';

export interface CallPace {
  readonly most: number;
  readonly withinMs: number;
  /** As it was written, for whoever is told about it. */
  readonly text: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** What calls to a number are counted by is kept no longer than this: see privacy/data-retention.ts. */
export const LONGEST_PACE_MS = 31 * 86_400_000;

/** From text to paces; what cannot be read stays text, and the rule says so. */
export function callPaces({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string') return value;
  const paces = value.split(',').map((part) => paceOf(part.trim()));
  return paces.includes(undefined) ? value : paces;
}

function paceOf(text: string): CallPace | undefined {
  const [, most = '', count = '', unit = ''] = /^([1-9]\d{0,6})\/([1-9]\d{0,3})([mhd])$/.exec(text) ?? [];
  const withinMs = Number(count) * (UNIT_MS[unit] ?? 0);
  return withinMs > 0 && withinMs <= LONGEST_PACE_MS ? { most: Number(most), withinMs, text } : undefined;
}

export function ArePaces(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'arePaces',
      validator: {
        validate: (value) => Array.isArray(value),
        defaultMessage: () => 'expected counts by time like 3/1h,10/1d, each up to 31 days',
      },
    },
    options,
  );
}
