/** Twilio's identifiers: a prefix of two letters and 32 hexadecimal digits. */
import { randomBytes } from 'node:crypto';

/** @param prefix for instance `CA` for a call, `MZ` for a media stream */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}
