/**
 * Reads the bodies of post-call webhooks. They can be far larger than anything else that is sent here (a recording in base64),
 * and a webhook that is refused again and again is disabled by ElevenLabs: so all of a body is hashed, and only what is used is
 * kept, within bounds that nobody can push.
 */
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { CordboardError } from '../core/errors.js';
import { SignatureCheck, type ClaimedSignature } from './webhook-signature.js';

const MEGABYTE = 1_048_576;
/** A transcript of hours with its tools takes about one. */
const MAX_KEPT_BYTES = 8 * MEGABYTE;
/** Of all requests together. */
const MAX_KEPT_TOGETHER_BYTES = 64 * MEGABYTE;
/** Each reader costs the processor a hash over what it is sent; ElevenLabs posts one at the end of a conversation. */
export const MAX_READERS = 32;
/** Four hours of MP3 at 64 kbit/s in base64 are about 150. */
const MAX_READ_BYTES = 256 * MEGABYTE;
/** From here on it is looked at whether the body is worth keeping. */
const LOOK_AT_BYTES = 65_536;
/** The type is the first member where ElevenLabs shows the form; it is looked for a little further. */
const TYPE_WITHIN_BYTES = 4096;
const AUDIO = /"type"\s*:\s*"post_call_audio"/;

/** `audio` and `too-large` were read to the end and not kept. */
export type SignedBody =
  | { readonly kind: 'forged' }
  | { readonly kind: 'kept'; readonly text: string }
  | { readonly kind: 'audio' | 'too-large' };

@Injectable()
export class SignedBodies {
  private keptTogether = 0;
  private readers = 0;

  /**
   * @throws CordboardError `body-too-large` beyond every bound, `malformed-body` when it breaks off, `too-many-bodies` when as many are
   * read already as may be.
   */
  async read(body: Readable, secret: string, claimed: ClaimedSignature): Promise<SignedBody> {
    if (this.readers >= MAX_READERS) throw new CordboardError('too-many-bodies');
    this.readers += 1;
    try {
      return await this.readAll(body, secret, claimed);
    } finally {
      this.readers -= 1;
    }
  }

  private async readAll(body: Readable, secret: string, claimed: ClaimedSignature): Promise<SignedBody> {
    const check = new SignatureCheck(secret, claimed);
    const kept: Buffer[] = [];
    let keptBytes = 0;
    let readBytes = 0;
    let dropped: 'audio' | 'too-large' | undefined;
    const letGo = (): void => {
      this.keptTogether -= keptBytes;
      keptBytes = 0;
      kept.length = 0;
    };
    try {
      for await (const chunk of chunksOf(body)) {
        readBytes += chunk.length;
        if (readBytes > MAX_READ_BYTES) throw new CordboardError('body-too-large');
        check.add(chunk);
        if (dropped) continue;
        kept.push(chunk);
        keptBytes += chunk.length;
        this.keptTogether += chunk.length;
        dropped = this.whyDropped(kept, keptBytes);
        if (dropped) letGo();
      }
      if (!check.matches()) return { kind: 'forged' };
      return dropped ? { kind: dropped } : { kind: 'kept', text: Buffer.concat(kept).toString('utf8') };
    } finally {
      letGo();
    }
  }

  private whyDropped(kept: readonly Buffer[], keptBytes: number): 'audio' | 'too-large' | undefined {
    if (keptBytes < LOOK_AT_BYTES) return undefined;
    if (keptBytes > MAX_KEPT_BYTES || this.keptTogether > MAX_KEPT_TOGETHER_BYTES) return 'too-large';
    return AUDIO.test(headOf(kept)) ? 'audio' : undefined;
  }
}

function headOf(chunks: readonly Buffer[]): string {
  const [first = Buffer.alloc(0)] = chunks;
  const head = first.length >= TYPE_WITHIN_BYTES ? first : Buffer.concat(chunks.slice(0, TYPE_WITHIN_BYTES));
  return head.toString('latin1', 0, TYPE_WITHIN_BYTES);
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    // Left open at a refusal, so that the answer still goes out.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      if (Buffer.isBuffer(chunk)) yield chunk;
    }
  } catch {
    throw new CordboardError('malformed-body', 'The body broke off.');
  }
}
