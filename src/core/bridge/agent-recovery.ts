/**
 * Which agent is tried next when one is gone in the middle of a call, or did not come. Pure; counts tries and knows no time.
 */
import type { CallFailure } from '../call/call.js';

export interface RecoveryOptions {
  /** How often the conversation is opened again with the same agent; 0: never. */
  readonly attempts: number;
  /** Another agent, for when the first one is not to be had. */
  readonly fallbackAgentId?: string | undefined;
}

export interface NextAgent {
  /** Undefined: the agent of the call. */
  readonly agentId: string | undefined;
  /** From 1, of this agent. */
  readonly attempt: number;
  readonly afterMs: number;
}

/** What may be over in a moment. Everything else is an answer: no money, no agent, no permission, a setting that is wrong. */
const PASSING: ReadonlySet<CallFailure['code']> = new Set([
  'agent-lost',
  'agent-unreachable',
  'agent-busy',
  'stream-overloaded',
]);
/** At once first: most sockets that break can be opened again right away. */
const PAUSES_MS = [0, 500, 1500];
const LONGEST_PAUSE_MS = 3000;

export class AgentRecovery {
  private attempt = 0;
  /** In a row, with no agent there in between. */
  private vain = 0;
  private onFallback = false;

  constructor(private readonly options: RecoveryOptions) {}

  /** Undefined: nothing is left to be tried. */
  next({ code }: CallFailure): NextAgent | undefined {
    if (PASSING.has(code) && this.attempt < this.options.attempts) return this.again();
    return this.other();
  }

  /** The same agent is of no use any more, as when its queue was too long. */
  other(): NextAgent | undefined {
    if (this.onFallback || this.options.fallbackAgentId === undefined) return undefined;
    this.onFallback = true;
    this.attempt = 0;
    this.vain = 0;
    return this.again();
  }

  /** The agent is there: whether it stays will be seen, but whoever loses it now has not waited yet. */
  isThere(): void {
    this.vain = 0;
  }

  /** The agent was there for a while: what happens from now on is another misfortune. */
  wasSound(): void {
    this.attempt = 0;
  }

  private again(): NextAgent {
    const afterMs = PAUSES_MS[this.vain] ?? LONGEST_PAUSE_MS;
    this.vain += 1;
    this.attempt += 1;
    const agentId = this.onFallback ? this.options.fallbackAgentId : undefined;
    return { agentId, attempt: this.attempt, afterMs };
  }
}
