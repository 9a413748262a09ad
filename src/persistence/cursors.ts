/**
 * Where a list goes on, as text that clients carry back and do not read. Pure.
 */
import type { Call } from '../core/call/call.js';

export interface EventPlace {
  /** Transaction, as a decimal number of 64 bits. */
  readonly tx: string;
  readonly id: number;
}

export function cursorOfCall({ times, id }: Call): string {
  return `${times.createdAt.toString(36)}.${id.slice('call_'.length)}`;
}

export function readCallCursor(
  cursor: string,
): { readonly createdAt: string; readonly id: string } | undefined {
  const [, time, id] = /^([0-9a-z]{1,9})\.([0-9a-zA-Z_-]{1,64})$/.exec(cursor) ?? [];
  if (time === undefined) return undefined;
  const createdAt = new Date(Number.parseInt(time, 36));
  return Number.isNaN(createdAt.getTime())
    ? undefined
    : { createdAt: createdAt.toISOString(), id: `call_${id}` };
}

export function cursorOfEvent({ tx, id }: EventPlace): string {
  return `${tx}.${id}`;
}

export function readEventCursor(cursor: string): EventPlace | undefined {
  const [, tx, id] = /^(\d{1,19})\.(\d{1,15})$/.exec(cursor) ?? [];
  return tx === undefined ? undefined : { tx, id: Number(id) };
}
