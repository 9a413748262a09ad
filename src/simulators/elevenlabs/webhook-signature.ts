/**
 * `ElevenLabs-Signature` as the vendor makes it: HMAC-SHA256 over `t.body`, in hexadecimal. Written from the description of the scheme; it
 * shares no code with any checker, so that the two can be held against each other.
 */
import { createHmac } from 'node:crypto';

/** @param body the bytes of the request as they are sent @param timestampSecs seconds since the Unix epoch */
export function webhookSignature(secret: string, timestampSecs: number, body: string): string {
  const hex = createHmac('sha256', secret).update(`${timestampSecs}.${body}`, 'utf8').digest('hex');
  return `t=${timestampSecs},v0=${hex}`;
}
