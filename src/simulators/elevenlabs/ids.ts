/**
 * Ids in the form of the vendor's: a prefix and lower-case letters and digits. Random, never guessable from each other.
 */
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

function randomId(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

export function conversationId(): string {
  return `conv_${randomId(28)}`;
}

export function toolCallId(): string {
  return `tool_${randomId(24)}`;
}

export function conversationSignature(): string {
  return `cvtkn_${randomId(40)}`;
}

export function toolId(): string {
  return `tool_${randomId(26)}`;
}
