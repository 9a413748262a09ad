/**
 * What a bridge session is made of, and how patient it is.
 */
import type { AgentOverrides, CallFailure, Variables } from '../call/call.js';
import type { TimelineEvent } from '../call/timeline.js';
import type { Clock } from '../clock.js';
import type { ToolContext, ToolRunner } from '../tool/tool.js';
import type { RecoveryOptions } from './agent-recovery.js';
import type { BridgeFact } from './bridge-facts.js';
import type { AgentLeg, CarrierLeg, LineStart } from './legs.js';
import type { MediaTap } from './media-tap.js';

/** A call that had a conversation before this one, with another session. */
export interface BeforeNow {
  readonly events: readonly TimelineEvent[];
  /** Why the line is here again, in a sentence for the agent. */
  readonly note: string;
}

export interface BridgeLimits {
  /** The line must start within this time after its socket opened. */
  readonly startTimeoutMs: number;
  /** The agent must be ready within this time after the line started, not counting the vendor's queue. */
  readonly agentReadyTimeoutMs: number;
  /** How long a caller is kept waiting in the vendor's queue. */
  readonly agentQueueTimeoutMs: number;
  /** A line from which nothing at all came for this long is taken for dead. */
  readonly lineSilenceMs: number;
}

export interface BridgeParts {
  readonly clock: Clock;
  readonly carrier: CarrierLeg;
  readonly tools: ToolRunner;
  readonly limits: BridgeLimits;
  /** Listens to the media, where somebody wants to. */
  readonly tap?: MediaTap | undefined;
  readonly overrides: AgentOverrides;
  /** Set where the line comes back from a person: what happened in the call before, and what the agent is told of it. */
  readonly before?: BeforeNow | undefined;
  readonly toolContext: Omit<
    ToolContext,
    'signal' | 'endCall' | 'progress' | 'pressKeys' | 'untilHeard' | 'conversationId' | 'variables'
  >;
  /** All variables of the call, now that the line has told its own. */
  variablesAt(start: LineStart): Variables;
  tell(fact: BridgeFact): void;
  /** What is done when the agent is gone in the middle of the call, or does not come. */
  readonly recovery: RecoveryOptions;
  /** Whether a caller without an agent hears that the line is alive. */
  readonly hasBridgingSound: boolean;
  /** Hands the line to a person when no agent is to be had. @throws Error why it cannot be */
  readonly handToPerson?: (() => Promise<void>) | undefined;
  /** Opens a conversation in place of one that is gone. @param agentId undefined: with the agent of the call. */
  openAgent(agentId: string | undefined): AgentLeg;
}

export const NEVER_STARTED: CallFailure = {
  code: 'stream-never-came',
  detail: 'The socket opened but sent no start message.',
};

export const CLOSED_EARLY: CallFailure = {
  code: 'agent-lost',
  detail: 'The agent closed before the conversation began.',
};

/** How long to wait for the agent, and what it is called when it does not come. The vendor's queue has a patience of its own. */
export function patienceWithAgent(
  limits: BridgeLimits,
  queued: boolean,
): { ms: number; failure: CallFailure } {
  return queued
    ? {
        ms: limits.agentQueueTimeoutMs,
        failure: { code: 'agent-busy', detail: 'The agent stayed in the queue of ElevenLabs for too long.' },
      }
    : {
        ms: limits.agentReadyTimeoutMs,
        failure: { code: 'agent-unreachable', detail: 'The agent did not become ready in time.' },
      };
}
