/**
 * Identifiers of this service. Vendors' identifiers stay plain strings; ours carry a prefix that says what they name.
 */
import { randomBytes } from 'node:crypto';

/** Nothing else is asked for in the store, which does not take every character. */
const CALL_ID = /^call_[\w-]{1,64}$/;

export type CallId = `call_${string}`;

/** 128 random bits: not to be guessed, and no two replicas collide. */
export function newCallId(): CallId {
  return `call_${randomBytes(16).toString('hex')}`;
}

export function isCallId(id: string): id is CallId {
  return CALL_ID.test(id);
}

/** 128 random bits, with a prefix that says what they name. */
export function newId(prefix: 'tr' | 'cmd' | 'lis'): string {
  return `${prefix}_${randomBytes(16).toString('hex')}`;
}

/** 256 random bits for the path of a media socket. */
export function newStreamToken(): string {
  return randomBytes(32).toString('base64url');
}
