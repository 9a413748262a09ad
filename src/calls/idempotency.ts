/**
 * `Idempotency-Key`: the same request sent again, also while the first is under way, gets the first answer and places no second
 * call. Kept in the memory of this process, like the calls themselves.
 */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { CallDto } from './call.dto.js';

const KEPT_MS = 24 * 3_600_000;
/** About 50 MB of answers; beyond that the oldest are forgotten early. */
const MAX_KEPT = 20_000;
const KEY = /^[\x21-\x7E]{1,255}$/;

interface Kept {
  readonly bodyHash: string;
  readonly answer: Promise<CallDto>;
  readonly expiresAt: number;
}

@Injectable()
export class Idempotency {
  /** In order of arrival, so the oldest come first. */
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly clock: Clock) {}

  /**
   * The answer to this key: what `act` gives now, or gave before.
   * @throws CordboardError `bad-input` for a malformed key, `idempotency-conflict` for a key that came with another body.
   */
  once(key: string | undefined, body: object, act: () => Promise<CallDto>): Promise<CallDto> {
    if (key === undefined) return act();
    if (!KEY.test(key)) {
      const faults = [{ field: 'Idempotency-Key', message: 'expected 1 to 255 visible characters' }];
      throw new CordboardError('bad-input', 'Idempotency-Key: malformed', faults);
    }
    this.forgetOld();
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('base64');
    const known = this.kept.get(key);
    if (known && known.bodyHash !== bodyHash) throw new CordboardError('idempotency-conflict');
    if (known) return known.answer;
    const answer = act();
    this.kept.set(key, { bodyHash, answer, expiresAt: this.clock.now() + KEPT_MS });
    // A request that was turned away before a call came into being may be sent again with the same key.
    answer.catch((error: unknown) => {
      if (!(error instanceof CordboardError && 'callId' in error.members)) this.kept.delete(key);
    });
    return answer;
  }

  private forgetOld(): void {
    const now = this.clock.now();
    for (const [key, { expiresAt }] of this.kept) {
      if (expiresAt > now && this.kept.size < MAX_KEPT) return;
      this.kept.delete(key);
    }
  }
}
