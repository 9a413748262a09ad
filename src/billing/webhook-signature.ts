/**
 * `ElevenLabs-Signature: t=<unix seconds>,v0=<hex>`: HMAC-SHA256 over the time, a point and the body as it was received
 * (reference elevenlabs.md 7.2, verified). Knows no HTTP.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** As ElevenLabs' own SDK has it for old ones; it lets any future time pass, and this does not. */
export const TOLERANCE_SECONDS = 30 * 60;
/** A sender that changes its secret may sign with both; more than a few are nobody's signature. */
const MAX_HASHES = 4;

export interface ClaimedSignature {
  /** Unix seconds as they were written, which is how they are signed. */
  readonly time: string;
  readonly hashes: readonly Buffer[];
}

/** Undefined for what is missing or of another form. Parts with other names are of later versions, and are passed over. */
export function readSignature(header: string | undefined): ClaimedSignature | undefined {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const valuesOf = (name: string): string[] =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const [time, ...otherTimes] = valuesOf('t');
  const hashes = valuesOf('v0').filter((hash) => /^[0-9a-f]{64}$/i.test(hash));
  const isWhole = time !== undefined && /^\d{1,12}$/.test(time) && otherTimes.length === 0;
  if (!isWhole || hashes.length === 0 || hashes.length > MAX_HASHES) return undefined;
  return { time, hashes: hashes.map((hash) => Buffer.from(hash, 'hex')) };
}

/** Whether it was signed at about this time. @param now milliseconds since the Unix epoch */
export function isTimely({ time }: ClaimedSignature, now: number): boolean {
  return Math.abs(now / 1000 - Number(time)) <= TOLERANCE_SECONDS;
}

/** Takes the body as it comes, so that a large one need not be kept. */
export class SignatureCheck {
  private readonly hmac;

  constructor(
    secret: string,
    private readonly claimed: ClaimedSignature,
  ) {
    this.hmac = createHmac('sha256', secret).update(`${claimed.time}.`);
  }

  add(bytes: Buffer): void {
    this.hmac.update(bytes);
  }

  /** After the last bytes, once. Looks at every signature, so that time tells nothing. */
  matches(): boolean {
    const expected = this.hmac.digest();
    return this.claimed.hashes.reduce((found, hash) => timingSafeEqual(hash, expected) || found, false);
  }
}
