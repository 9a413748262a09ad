/**
 * `Idempotency-Key`: the same request sent again, to whatever replica and also while the first is under way, gets the first
 * answer and places no second call. The call's id is chosen and kept with the key before anything happens, so that after a crash
 * a repeat finds the call by it.
 */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import { AS_IT_IS, IdempotencyStore, type Claim, type KeptAnswer } from '../core/call/idempotency.store.js';
import { Clock } from '../core/clock.js';
import { CordboardError, ERRORS, type ErrorCode } from '../core/errors.js';
import { newCallId, type CallId } from '../core/ids.js';
import { CallJournal } from './call-journal.js';
import { CallViews } from './call-views.js';
import type { CallDto } from './call.dto.js';
import { Dialer } from './dialer.js';

const KEY = /^[\x21-\x7E]{1,255}$/;
const CREATED = 201;
const POLL_MS = 100;
/** The first request takes three seconds and whatever the store takes; a client's own time limit is longer than this. */
const WAIT_MS = 15_000;
/** An expired key does no harm; it only takes room. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** A refusal for which there is a call, as it is kept. */
interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly members: Readonly<Record<string, string | number>>;
}

@Injectable()
export class Idempotency {
  private sweptAt: number;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly journal: CallJournal,
    private readonly dialer: Dialer,
    private readonly clock: Clock,
    private readonly views: CallViews,
  ) {
    this.sweptAt = clock.now();
  }

  /**
   * The answer to this key: what `act` gives now, or gave before.
   * @param scope whose key it is: two clients never see each other's answers.
   * @param act places the call under the id that it is given.
   * @throws CordboardError `bad-input` for a malformed key, `idempotency-conflict` for a key that came with another body,
   * `idempotency-in-progress` when the first request takes too long, `store-away`.
   */
  async once(
    key: string | undefined,
    scope: string,
    body: object,
    act: (callId: CallId) => Promise<CallDto>,
  ): Promise<CallDto> {
    if (key === undefined) return act(newCallId());
    if (!KEY.test(key)) {
      const faults = [{ field: 'Idempotency-Key', message: 'expected 1 to 255 visible characters' }];
      throw new CordboardError('bad-input', 'Idempotency-Key: malformed', faults);
    }
    this.sweepNowAndThen();
    const offer = { key: digest([scope, key]), bodyHash: digest(body), callId: newCallId() };
    const until = this.clock.now() + WAIT_MS;
    for (;;) {
      const claim = await this.store.claim(offer);
      if (claim.state === 'conflict') throw new CordboardError('idempotency-conflict');
      if (claim.state === 'answered') return this.replay(claim.callId, claim.answer);
      if (claim.state === 'ours') return this.carryOut(offer.key, claim, act);
      if (this.clock.now() >= until) throw new CordboardError('idempotency-in-progress');
      await new Promise<void>((resolve) => void this.clock.after(POLL_MS, resolve));
    }
  }

  private async carryOut(
    key: string,
    { callId, isTakenOver, ticket }: Extract<Claim, { state: 'ours' }>,
    act: (callId: CallId) => Promise<CallDto>,
  ): Promise<CallDto> {
    const known = isTakenOver ? await this.journal.find(callId) : undefined;
    try {
      const answer = known ? this.views.of(this.resume(known)) : await act(callId);
      return await this.replay(callId, await this.keep(key, callId, { status: CREATED, body: answer }));
    } catch (error) {
      if (!(error instanceof CordboardError)) throw error;
      if (!('callId' in error.members)) {
        // Nothing came of it, so the key is free again, unless that is not known: then a repeat finds the call, or does not.
        if (error.code !== 'store-away') await this.store.release(key, ticket).catch(() => undefined);
        throw error;
      }
      const { code, detail, members } = error;
      const refusal: Refusal = { code, detail, members };
      return this.replay(callId, await this.keep(key, callId, { status: error.status, body: refusal }));
    }
  }

  /**
   * The request that made the call was told that it failed, or was not told anything; whoever repeats it wants the call. Should another
   * process be at it, one of them dials.
   */
  private resume(call: Call): Call {
    const isUntouched =
      call.direction === 'outbound' && call.times.startedAt === null && call.endReason === null;
    if (isUntouched && !this.journal.isHeld(call.id)) {
      this.journal.adopt(call);
      // The record says what becomes of it.
      this.dialer.dial(call).catch(() => undefined);
    }
    return call;
  }

  /** What cannot be kept because the store went away is told all the same: there is a call, and a repeat will find it. */
  private async keep(key: string, callId: CallId, answer: KeptAnswer): Promise<KeptAnswer> {
    try {
      return await this.store.settle(key, callId, answer);
    } catch (error) {
      if (error instanceof CordboardError && error.code === 'store-away') return answer;
      throw error;
    }
  }

  private async replay(callId: CallId, { status, body }: KeptAnswer): Promise<CallDto> {
    if (status === AS_IT_IS.status && body === AS_IT_IS.body) {
      const call = await this.journal.find(callId);
      if (call) return this.views.of(call);
    }
    if (status === CREATED && isCall(body)) return body;
    if (isRefusal(body)) throw new CordboardError(body.code, body.detail, [], body.members);
    throw new CordboardError('internal', 'The answer that was kept cannot be read.');
  }

  private sweepNowAndThen(): void {
    const now = this.clock.now();
    if (now - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = now;
    // The next sweep takes what this one did not.
    this.store.sweep().catch(() => undefined);
  }
}

// Only answers that this class has kept are read, perhaps those of another version.
function isCall(body: unknown): body is CallDto {
  return typeof body === 'object' && body !== null && 'id' in body;
}

function isRefusal(body: unknown): body is Refusal {
  return typeof body === 'object' && body !== null && 'code' in body && String(body.code) in ERRORS;
}

/** The same for what means the same: the order of fields does not matter. */
function digest(value: unknown): string {
  const sorted = JSON.stringify(value, (_field, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(sorted).digest('base64');
}
