/**
 * What the end of an agent's socket means, from the close code, the reason and the last error message. Pure.
 * Close codes and error types: client team's AsyncAPI (2026-08-22); quota on 1002: public threads; queue codes: unverified.
 */
import type { AgentEndReason } from '../core/bridge/legs.js';
import type { CallFailure } from '../core/call/call.js';
import type { ErrorCode } from '../core/errors.js';
import type { AgentError } from '../protocol/elevenlabs/conversation.messages.js';

export interface AgentEnding {
  readonly reason: AgentEndReason;
  readonly failure: CallFailure | undefined;
}

export interface AgentClose {
  readonly code: number;
  readonly reason: string;
  readonly lastError: AgentError | undefined;
  /** `queue_status: timed_out` came before. */
  readonly queueTimedOut: boolean;
}

/** What an error says, by its name or its words; names come first in the specification, words were seen in the field. */
const SIGNS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/quota/i, 'agent-quota'],
  [/missing_dynamic_variable|missing required dynamic variable/i, 'agent-missing-variable'],
  [/override_error|override for field/i, 'agent-override-refused'],
  [/too many concurrent|concurrency|too_many_concurrent|system_busy/i, 'agent-busy'],
];

export function endingOf(close: AgentClose): AgentEnding {
  const { lastError } = close;
  const words = wordsOf([lastError?.name, lastError?.message, close.reason]);
  if (/max_duration_exceeded/.test(words)) return { reason: 'max-duration', failure: undefined };
  // The vendor ends with 1000 when the agent hung up; an error said before makes even that a failure.
  if (close.code === 1000 && (lastError === undefined || lastError.shape === 'client_error')) {
    return { reason: 'agent-ended', failure: undefined };
  }
  const detail = `ElevenLabs closed with ${close.code}${words === '' ? '' : `: ${words}`}`.slice(0, 500);
  return { reason: 'agent-failed', failure: { code: codeOf(close, words), detail } };
}

/** Each once: the vendor repeats the message of an error in the reason of the close. */
function wordsOf(texts: readonly (string | undefined)[]): string {
  return texts
    .filter(
      (text, at) =>
        text !== undefined && text !== '' && !texts.slice(0, at).some((other) => other?.includes(text)),
    )
    .join(' ');
}

function codeOf({ code, queueTimedOut }: AgentClose, words: string): ErrorCode {
  if (queueTimedOut) return 'agent-busy';
  const sign = SIGNS.find(([pattern]) => pattern.test(words));
  // 3008 and 4300 were only seen around the queue, in a fixture and in a report.
  if (!sign && (code === 3008 || code === 4300)) return 'agent-busy';
  return sign?.[1] ?? 'agent-lost';
}

/** What an HTTP status of ElevenLabs means, on REST and on the socket's handshake alike. */
export function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'agent-unauthorized';
  if (status === 404 || status === 422) return 'agent-not-found';
  if (status === 429) return 'agent-busy';
  return 'agent-unreachable';
}
