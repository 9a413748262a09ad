/**
 * Goes on with a call whose agent is gone: opens the next conversation, tells it what was said so far, keeps its greeting from the caller
 * and lets nobody wait in silence. A conversation of ElevenLabs cannot be resumed, so another one takes its place (no client of the
 * vendor reconnects, and no message of its protocol resumes anything).
 */
import type { CallFailure } from '../call/call.js';
import type { Cancel, Clock } from '../clock.js';
import type { CallId } from '../ids.js';
import { AgentRecovery, type RecoveryOptions } from './agent-recovery.js';
import type { BridgeFact } from './bridge-facts.js';
import type { BeforeNow } from './bridge-parts.js';
import { ConversationMemory } from './conversation-memory.js';
import { handoverOf } from './handover.js';
import { brokenOffAt } from './heard-of-last.js';
import type { AgentLeg } from './legs.js';
import type { PlaybackLedger } from './playback-ledger.js';

export interface SuccessionParts {
  readonly clock: Clock;
  readonly callId: CallId;
  readonly recovery: RecoveryOptions;
  /** What the call had before this session, and why it is here again. */
  readonly before: BeforeNow | undefined;
  readonly ledger: PlaybackLedger;
  /** @param agentId undefined: the agent of the call. */
  open(agentId: string | undefined): void;
  tell(fact: BridgeFact): void;
}

interface BrokenOff {
  readonly eventId: number;
  readonly heard: string;
}

/** A conversation that lasted so long has forgiven the losses before it. */
const SOUND_MS = 30_000;
const CONTEXT_ID = 'call-so-far';

export class AgentSuccession {
  private readonly recovery: AgentRecovery;
  private readonly memory: ConversationMemory;
  private losses = 0;
  private isOther = false;
  private readyAt: number | undefined;
  private brokenOff: BrokenOff | undefined;
  private cancel: Cancel | undefined;

  constructor(private readonly parts: SuccessionParts) {
    this.recovery = new AgentRecovery(parts.recovery);
    this.memory = new ConversationMemory(parts.callId, parts.before?.events);
  }

  /** Which conversation of the call it is: 0 is the first. */
  get generation(): number {
    return this.losses;
  }

  /** The highest id of a response of the call before this session; 0: there was none. */
  get newestEventId(): number {
    return this.memory.newestEventId;
  }

  note(fact: BridgeFact): void {
    this.memory.note(fact, this.parts.clock.now());
  }

  spelt(eventId: number, text: string): void {
    this.memory.spelt(eventId, text);
  }

  /**
   * @param isUseless asking the same agent again is.
   * @returns whether another conversation is on its way.
   */
  lost(failure: CallFailure, isUseless: boolean): boolean {
    const now = this.parts.clock.now();
    const wasThere = this.readyAt !== undefined;
    if (this.readyAt !== undefined && now - this.readyAt >= SOUND_MS) this.recovery.wasSound();
    const next = isUseless ? this.recovery.other() : this.recovery.next(failure);
    if (!next) return false;
    if (wasThere) this.brokenOff = this.whereItBroke(now);
    this.readyAt = undefined;
    this.losses += 1;
    this.isOther = next.agentId !== undefined;
    this.parts.tell({
      type: 'agent-lost',
      failure,
      agentId: next.agentId ?? null,
      attempt: next.attempt,
      brokenOff: wasThere ? (this.brokenOff ?? null) : null,
    });
    this.cancel = this.parts.clock.after(next.afterMs, () => this.parts.open(next.agentId));
    return true;
  }

  /** Whether the caller has heard before what the next conversation says first. */
  get isGreeted(): boolean {
    return this.memory.agentGreets && !this.isOther;
  }

  /**
   * The agent is there, for the first time or once more out of the vendor's queue, where all that it was told was thrown away.
   * @param maySpeak false: somebody else has the caller.
   * @returns whether it was asked to speak.
   */
  ready(agent: AgentLeg | undefined, maySpeak = true): boolean {
    this.readyAt = this.parts.clock.now();
    this.recovery.isThere();
    const { before } = this.parts;
    if (this.losses === 0 && !before) return false;
    const { turns, running } = this.memory;
    const handover = handoverOf({
      turns,
      running,
      brokenOff: this.brokenOff?.heard,
      why: this.losses > 0 ? (this.isOther ? 'other-agent' : 'reconnected') : { note: before?.note ?? '' },
    });
    if (!handover) return false;
    agent?.inform(handover.context, CONTEXT_ID);
    if (handover.ask === undefined || !maySpeak) return false;
    agent?.say(handover.ask);
    return true;
  }

  stop(): void {
    this.cancel?.();
  }

  /** Of the last words of the agent, if they were the last at all, and no interruption cut them already. */
  private whereItBroke(now: number): BrokenOff | undefined {
    const last = this.memory.turns.at(-1);
    const said = this.memory.said.at(-1);
    if (last?.role !== 'agent' || last.heardIs !== 'played' || !said) return undefined;
    const { sentMs } = this.parts.ledger.heardOf(said.eventId, now);
    const heard = brokenOffAt({
      text: said.text,
      sentMs,
      spelling: this.memory.spellingOf(said.eventId),
      pace: this.pace(now),
    });
    return heard === undefined ? undefined : { eventId: said.eventId, heard };
  }

  /** Of responses that another followed: those were whole. */
  private pace(now: number): number | undefined {
    const paces = this.memory.said.slice(0, -1).flatMap(({ text, eventId }) => {
      const { sentMs } = this.parts.ledger.heardOf(eventId, now);
      return sentMs > 0 && text.length > 0 ? [sentMs / text.length] : [];
    });
    return paces.toSorted((a, b) => a - b)[Math.floor(paces.length / 2)];
  }
}
