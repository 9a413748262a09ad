/**
 * Who works for a session, each with a matter of its own, put together once. The session decides; they know it by `SessionHost` only.
 */
import { AgentSuccession } from './agent-succession.js';
import type { BridgeFact } from './bridge-facts.js';
import type { BridgeParts } from './bridge-parts.js';
import { BridgingSound } from './bridging-sound.js';
import type { CallFailure, EndReason } from '../call/call.js';
import { Farewell } from './farewell.js';
import type { AgentLeg } from './legs.js';
import { KeypadTurns } from './keypad-turns.js';
import { LastResort } from './last-resort.js';
import { OperatorHand } from './operator-hand.js';
import { PlaybackLedger, type Cut } from './playback-ledger.js';
import { ResponseIds } from './response-ids.js';
import { SessionTimers } from './session-timers.js';
import { Taps } from './taps.js';
import { ToolCalls } from './tool-calls.js';

export interface SessionHost {
  /** The agent, where there is one. */
  readonly agentNow: AgentLeg | undefined;
  readonly isTalking: boolean;
  openNext(agentId: string | undefined): void;
  /** There is no agent any more. */
  agentFailed(failure: CallFailure, reason: EndReason): void;
  tell(fact: BridgeFact): void;
  end(reason: EndReason, failure?: CallFailure): void;
  /** Throws away what was not heard yet. */
  cutPlayback(): Cut;
}

export class SessionCrew {
  readonly ledger = new PlaybackLedger();
  readonly responses = new ResponseIds();
  readonly timers: SessionTimers;
  readonly succession: AgentSuccession;
  readonly bridging: BridgingSound;
  readonly farewell: Farewell;
  readonly lastResort: LastResort;
  readonly toolCalls: ToolCalls;
  readonly keypad: KeypadTurns;
  /** Who listens to the media. */
  readonly taps: Taps;
  /** For people and tools. */
  readonly hand: OperatorHand;

  constructor(parts: BridgeParts, host: SessionHost) {
    const { ledger } = this;
    const { clock, carrier, recovery, hasBridgingSound } = parts;
    this.taps = new Taps(parts.tap);
    this.timers = new SessionTimers(clock);
    const { callId } = parts.toolContext;
    this.succession = new AgentSuccession({
      clock,
      callId,
      recovery,
      before: parts.before,
      ledger,
      open: (agentId) => host.openNext(agentId),
      tell: (fact) => host.tell(fact),
    });
    // On record, ids of responses go on over all conversations of a call.
    if (parts.before)
      this.responses.nextConversation(this.succession.newestEventId, this.succession.isGreeted);
    this.bridging = new BridgingSound({ clock, carrier, ledger, taps: this.taps, hasBridgingSound });
    this.farewell = new Farewell({
      clock,
      carrier,
      ledger,
      timers: this.timers,
      closeAgent: () => host.agentNow?.close(),
      end: (reason) => host.end(reason),
    });
    this.toolCalls = new ToolCalls({ tools: parts.tools, host, succession: this.succession });
    this.keypad = new KeypadTurns(clock, host);
    this.hand = new OperatorHand({
      clock,
      carrier,
      ledger,
      agent: () => host.agentNow,
      isTalking: () => host.isTalking,
      tap: () => this.taps.now,
      cut: () => host.cutPlayback(),
      tell: (fact) => host.tell(fact),
      endWithoutAgent: (failure) => host.agentFailed(failure, 'agent-failed'),
    });
    this.lastResort = new LastResort({
      handToPerson: parts.handToPerson,
      untilHeard: (mostMs) => this.hand.forTools.untilHeard(mostMs),
      tell: (fact) => host.tell(fact),
      end: (reason, failure) => host.end(reason, failure),
    });
  }

  /** Who has the caller when the agent is gone; undefined: nobody. */
  heir(
    failure: CallFailure,
    reason: EndReason,
    { isUseless, isLineThere }: { readonly isUseless: boolean; readonly isLineThere: boolean },
  ): 'agent' | 'operator' | 'person' | undefined {
    if (this.succession.lost(failure, isUseless)) return 'agent';
    if (this.hand.survivesAgent()) return 'operator';
    return this.lastResort.takes(reason, failure, isLineThere) ? 'person' : undefined;
  }

  stop(): void {
    this.timers.stop();
    this.succession.stop();
    this.bridging.stop();
    this.keypad.stop();
  }
}
