/**
 * Port: asks the replica that carries the media of a call to do something, whichever it is.
 */
import type { MessageRole } from '../bridge/operator-hand.js';
import type { ErrorCode } from '../errors.js';
import type { CallId } from '../ids.js';

/** `by` is the fingerprint of an API key. */
export type CallCommand =
  | { readonly type: 'message'; readonly text: string; readonly role: MessageRole; readonly by: string }
  | { readonly type: 'keys'; readonly keys: string; readonly by: string }
  | { readonly type: 'mute'; readonly isMuted: boolean; readonly by: string }
  | { readonly type: 'take-over'; readonly by: string }
  | { readonly type: 'give-back'; readonly by: string };

/** Null: carried out. */
export interface CommandAnswer {
  readonly error: { readonly code: ErrorCode; readonly detail: string } | null;
}

export interface CommandServer {
  /** Whether the media of the call are here. */
  carries(callId: CallId): boolean;
  /** Must not throw. */
  run(callId: CallId, command: CallCommand): CommandAnswer;
}

export type AskedOutcome =
  | { readonly kind: 'answered'; readonly answer: CommandAnswer }
  /** Nobody took it, and nobody will any more. */
  | { readonly kind: 'not-taken' }
  /** Somebody took it and did not answer. */
  | { readonly kind: 'unknown' };

export abstract class CommandStore {
  /** Answers what others ask of the calls that this process carries. @returns what stops it */
  abstract serve(server: CommandServer): () => void;
  /** @throws CordboardError `store-away` */
  abstract ask(callId: CallId, command: CallCommand, withinMs: number): Promise<AskedOutcome>;
}
