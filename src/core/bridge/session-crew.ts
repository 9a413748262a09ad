/**
 * Who works for a session, each with a matter of its own, put together once. The session decides; they know it by `SessionHost` only.
 */
import { AgentSuccession } from './agent-succession.js';
import type { BridgeFact } from './bridge-facts.js';
import type { BridgeParts } from './bridge-parts.js';
import { BridgingSound } from './bridging-sound.js';
import { Farewell, type FarewellReason } from './farewell.js';
import type { AgentLeg } from './legs.js';
import { PlaybackLedger } from './playback-ledger.js';
import { ResponseIds } from './response-ids.js';
import { SessionTimers } from './session-timers.js';
import { ToolCalls } from './tool-calls.js';

export interface SessionHost {
  /** The agent, where there is one. */
  readonly agentNow: AgentLeg | undefined;
  readonly isTalking: boolean;
  openNext(agentId: string | undefined): void;
  tell(fact: BridgeFact): void;
  end(reason: FarewellReason): void;
}

export class SessionCrew {
  readonly ledger = new PlaybackLedger();
  readonly responses = new ResponseIds();
  readonly timers: SessionTimers;
  readonly succession: AgentSuccession;
  readonly bridging: BridgingSound;
  readonly farewell: Farewell;
  readonly toolCalls: ToolCalls;

  constructor(parts: BridgeParts, host: SessionHost) {
    const { ledger } = this;
    const { clock, carrier, tap, recovery, hasBridgingSound } = parts;
    this.timers = new SessionTimers(clock);
    const { callId } = parts.toolContext;
    this.succession = new AgentSuccession({
      clock,
      callId,
      recovery,
      ledger,
      open: (agentId) => host.openNext(agentId),
      tell: (fact) => host.tell(fact),
    });
    this.bridging = new BridgingSound({ clock, carrier, ledger, tap, hasBridgingSound });
    this.farewell = new Farewell({
      clock,
      carrier,
      ledger,
      timers: this.timers,
      closeAgent: () => host.agentNow?.close(),
      end: (reason) => host.end(reason),
    });
    this.toolCalls = new ToolCalls({ tools: parts.tools, host, succession: this.succession });
  }

  stop(): void {
    this.timers.stop();
    this.succession.stop();
    this.bridging.stop();
  }
}
