/**
 * Port: what the provider of the agent says about a conversation afterwards.
 */
import type { CallAnalysis } from '../call/call.js';

export interface ConversationReport {
  readonly conversationId: string;
  /** The id that this service gave the conversation as a variable, if it was this service. */
  readonly callId: string | undefined;
  /** Whether more is to be expected: it runs, or is being worked on. */
  readonly isOpen: boolean;
  /** Null while it is not known. */
  readonly usdMicros: number | null;
  readonly analysis: CallAnalysis | null;
}

export abstract class Conversations {
  /**
   * @returns undefined when there is no such conversation.
   * @throws CordboardError `agent-unreachable`, `agent-unauthorized`.
   */
  abstract find(conversationId: string): Promise<ConversationReport | undefined>;
  /**
   * Deletes what the provider keeps of it. Resolves also when there is nothing.
   * @throws CordboardError `agent-unreachable`, `agent-unauthorized`.
   */
  abstract remove(conversationId: string): Promise<void>;
}
