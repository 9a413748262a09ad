/**
 * From the text of a variable to what its rule checks. What cannot be read stays as it is, and the rule says so.
 */
import { availableParallelism } from 'node:os';

/** A number as Twilio writes it. */
export const E164 = /^\+[1-9]\d{6,14}$/;

/** http or https, with or without a top-level domain: names of container networks have none. */
export const ANY_HTTP = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

export function list({ value }: { value: unknown }): unknown {
  return typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : value;
}
export function integer({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
}
/** More processes than any machine has cores for are a mistake. */
export const MOST_WORKERS = 64;
/** A count of processes; `auto` is one for each core that this process may use. */
export function workerCount({ value }: { value: unknown }): unknown {
  return value === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : integer({ value });
}
/** USD as text, such as `12.50`: kept in millionths, because parts of a cent add up. */
export function usdMicros({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value.trim())
    ? Math.round(Number(value) * 1_000_000)
    : value;
}
export function flag({ value }: { value: unknown }): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}
export function withoutSlash({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.replace(/\/+$/, '') : value;
}
