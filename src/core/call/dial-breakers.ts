/**
 * Whom a failed call is blamed on, and so which calls are not dialled any more: all, or those with the same agent and caller id, which
 * whoever asks for a call may choose. A client that names an agent that is none stops its own calls and nobody else's. Pure.
 */
import type { ErrorCode } from '../errors.js';
import type { CallId } from '../ids.js';
import { isFinal, type Call, type EndReason } from './call.js';
import { DialBreaker, type BreakerSettings } from './dial-breaker.js';

export type DialOutcome =
  | 'well'
  /** Whatever is dialled next would fail too: an agent's service, a media stream, this service. */
  | 'failed-for-all'
  /** What the request chose may be the cause. */
  | 'failed-for-pair'
  /** It says nothing about the next call. */
  | 'nothing';

const FOR_ALL: ReadonlySet<EndReason | null> = new Set(['stream-failed', 'agent-failed', 'service-failed']);
/** By somebody, which says nothing about the next. */
const CALLED_OFF: ReadonlySet<EndReason | null> = new Set(['hung-up-by-api', 'shutting-down']);
const CHOSEN: ReadonlySet<ErrorCode | undefined> = new Set([
  'agent-not-found',
  'agent-format',
  'agent-missing-variable',
  'agent-override-refused',
]);
/** Refusals of Twilio that are about the number that was to be called (reference twilio.md 2.6). */
const OF_THE_NUMBER = /^Twilio error (21211|2121[4-7]|21219|1322[3-7]):/;

/** Undefined when it is not known yet, or was known before. */
export function dialOutcomeOf(call: Call, before: Call): DialOutcome | undefined {
  if (before.times.firstAudioAt === null && call.times.firstAudioAt !== null) return 'well';
  const hasJustEnded = isFinal(call.status) && !isFinal(before.status);
  return hasJustEnded && call.times.firstAudioAt === null ? outcomeOfSilence(call) : undefined;
}

/** Of a call that ended before the agent was heard. Whoever is busy or does not answer has no part in it. */
function outcomeOfSilence({ endReason, failure }: Call): DialOutcome {
  if (CALLED_OFF.has(endReason) || failure?.code === 'dialling-stopped') return 'nothing';
  if (endReason === 'carrier-failed')
    return OF_THE_NUMBER.test(failure?.detail ?? '') ? 'nothing' : 'failed-for-pair';
  if (!FOR_ALL.has(endReason)) return 'well';
  return CHOSEN.has(failure?.code) ? 'failed-for-pair' : 'failed-for-all';
}

/** Whoever makes up agents without end does not take the memory with them. */
const MOST_PAIRS = 1000;

export class DialBreakers {
  private readonly all: DialBreaker<CallId>;
  private readonly pairs = new Map<string, DialBreaker<CallId>>();

  constructor(private readonly settings: BreakerSettings) {
    this.all = new DialBreaker(settings);
  }

  get isStopped(): boolean {
    return this.all.isStopped;
  }

  get stoppedPairs(): number {
    return [...this.pairs.values()].filter(({ isStopped }) => isStopped).length;
  }

  /** Milliseconds until the call may be placed: 0 for now. */
  waitMs(call: Call, now: number): number {
    const waitMs = this.all.waitMs(call.id, now);
    if (waitMs > 0) return waitMs;
    const pairWaitMs = this.pairs.get(pairOf(call))?.waitMs(call.id, now) ?? 0;
    if (pairWaitMs > 0) this.all.forget(call.id);
    return pairWaitMs;
  }

  forget(call: Call): void {
    this.all.forget(call.id);
    this.pairs.get(pairOf(call))?.forget(call.id);
  }

  record(call: Call, outcome: DialOutcome, now: number): void {
    const forAll = outcome === 'failed-for-all';
    const forPair = outcome === 'failed-for-pair';
    if (forAll || outcome === 'well') this.all.record(call.id, forAll, now);
    else this.all.forget(call.id);
    if (forPair || outcome === 'well') this.pairFor(call).record(call.id, forPair, now);
    else this.pairs.get(pairOf(call))?.forget(call.id);
  }

  private pairFor(call: Call): DialBreaker<CallId> {
    const name = pairOf(call);
    const breaker = this.pairs.get(name) ?? new DialBreaker<CallId>(this.settings);
    // The one that was used last stands last.
    this.pairs.delete(name);
    this.pairs.set(name, breaker);
    if (this.pairs.size > MOST_PAIRS)
      for (const oldest of [...this.pairs.keys()].slice(0, 1)) this.pairs.delete(oldest);
    return breaker;
  }
}

function pairOf({ agentId, from }: Call): string {
  return `${agentId} ${from}`;
}
