/**
 * Identifiers of this service. Vendors' identifiers stay plain strings; ours carry a prefix that says what they name.
 */
import { randomBytes } from 'node:crypto';

export type CallId = `call_${string}`;

/** 128 random bits: not to be guessed, and no two replicas collide. */
export function newCallId(): CallId {
  return `call_${randomBytes(16).toString('hex')}`;
}

export function isCallId(id: string): id is CallId {
  return id.startsWith('call_');
}

/** 256 random bits for the path of a media socket. */
export function newStreamToken(): string {
  return randomBytes(32).toString('base64url');
}
