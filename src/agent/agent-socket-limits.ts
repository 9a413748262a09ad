/**
 * Limits of an agent's socket, with their reasons.
 */

export interface AgentSocketLimits {
  /** Single frames above 1.4 MB were recorded; the vendor's own clients take 16 MiB. */
  readonly maxMessageBytes: number;
  readonly handshakeTimeoutMs: number;
  /** Nothing at all, not even a ping, for this long: dead. */
  readonly silenceMs: number;
  /** Unsent bytes beyond which the agent counts as unreachable. */
  readonly maxBufferedBytes: number;
}

export const AGENT_SOCKET_LIMITS: AgentSocketLimits = {
  maxMessageBytes: 16 * 1024 * 1024,
  handshakeTimeoutMs: 8000,
  silenceMs: 120_000,
  maxBufferedBytes: 1024 * 1024,
};
