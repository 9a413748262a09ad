/**
 * What a simulated agent does, as data: its first message, its turns, and its faults. Types and one list;
 * `script-player.ts` plays the steps, `conversation-socket.ts` the faults.
 */

export type AgentStep =
  /**
   * Waits for one whole turn of the caller, by voice activity on the audio that really arrives, or by a typed
   * `user_message`. `transcript` is what the script says was said: it is sent as a `user_transcript` that is marked as
   * scripted, since nothing was recognised.
   */
  | { readonly step: 'listens'; readonly transcript?: string }
  /**
   * Says `text` as audio in bursts and as `agent_response`, and is over when all of it was sent (which is long before it was
   * heard) or the caller cut in. Filled in: `{{name}}` of the dynamic variables, `{{tool.result}}` of the last tool,
   * `{{save}}` of a saved result and `{{save.member}}` when that was JSON, `{{caller.said}}` the last transcript.
   */
  | { readonly step: 'speaks'; readonly text: string }
  /** Calls a client tool and, when a response is expected, waits for it. The result string is kept as `{{save}}`. */
  | {
      readonly step: 'calls-tool';
      readonly name: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly expectsResponse?: boolean;
      readonly save?: string;
    }
  | { readonly step: 'pings'; readonly eventId: number }
  /** The system tool `end_call`: its `agent_tool_response`, then close 1000. */
  | { readonly step: 'ends-call' }
  /** Says something by raw text: garbage, unknown types, huge frames. */
  | { readonly step: 'sends-raw'; readonly text: string }
  /** Does nothing for that long. */
  | { readonly step: 'stalls'; readonly ms: number }
  /** Does nothing any more, pings included. */
  | { readonly step: 'stalls-for-ever' }
  | { readonly step: 'closes'; readonly code: number; readonly reason: string }
  /** Fault: the socket dies without a close frame. */
  | { readonly step: 'loses-socket' }
  /** An error in one of the three shapes seen on the wire, without closing. */
  | {
      readonly step: 'errors';
      readonly shape: 'client_error' | 'error_event' | 'flat';
      readonly code: number;
      readonly name: string;
      readonly message: string;
    };

/** Faults before the conversation starts. */
export interface AgentFaults {
  /** get-signed-url answers with this status (401, 404, 429, 500 …), this many times; `Infinity` by default. */
  readonly signedUrl?: { readonly status: number; readonly times?: number };
  /** The socket's handshake is answered with this HTTP status. */
  readonly handshakeStatus?: number;
  /** Metadata comes this much after the socket opened; `Infinity`: never. */
  readonly metadataDelayMs?: number;
  /** `queue_status: waiting` for that long, then admitted, or timed out and closed. */
  readonly queue?: { readonly waitMs: number; readonly outcome: 'admitted' | 'timed_out' };
  /** Quota exhausted: opens, then closes 1002 after that long. */
  readonly quotaAfterMs?: number;
}

/** What the record says was found in the conversation. */
export interface ScriptedAnalysis {
  /** Default `unknown`. */
  readonly callSuccessful?: 'success' | 'failure' | 'unknown';
  /** Default: a count of turns and tools, marked as simulated. */
  readonly summary?: string;
  readonly title?: string;
  /** Evaluation criteria by id. */
  readonly criteria?: Readonly<
    Record<string, { readonly result: 'success' | 'failure' | 'unknown'; readonly rationale?: string }>
  >;
  /** Collected values by id. */
  readonly collected?: Readonly<
    Record<string, { readonly value: string | number | boolean | null; readonly rationale?: string }>
  >;
}

export interface AgentScript {
  /** Spoken first; empty: the agent waits for the caller. `{{name}}` must be given as a dynamic variable. */
  readonly firstMessage: string;
  readonly steps: readonly AgentStep[];
  /** Variables required besides those named in the texts. */
  readonly requiredVariables?: readonly string[];
  /** Overrides that the agent's settings allow; anything else ends the conversation with 1008. Default: all four. */
  readonly allowedOverrides?: readonly ('first_message' | 'prompt' | 'language' | 'voice_id')[];
  /** What the metadata claims. Default ulaw_8000 both ways. */
  readonly outputFormat?: string;
  readonly inputFormat?: string;
  /**
   * Which events the agent's settings let through (`conversation_config.conversation.client_events`); others are not sent.
   * Without `interruption` the caller cannot interrupt. Default: `DEFAULT_CLIENT_EVENTS`.
   */
  readonly clientEvents?: readonly string[];
  readonly faults?: AgentFaults;
  /** What the next conversation with this agent is like, such as one that a client opens after this one broke. Default: as this one. */
  readonly thereafter?: AgentScript;
  readonly analysis?: ScriptedAnalysis;
}

/** What the reference tells to provision for a phone line. `vad_score` and `agent_tool_request` are asked for by name. */
export const DEFAULT_CLIENT_EVENTS: readonly string[] = [
  'conversation_initiation_metadata',
  'ping',
  'audio',
  'interruption',
  'user_transcript',
  'agent_response',
  'agent_response_correction',
  'agent_response_complete',
  'client_tool_call',
  'agent_tool_response',
  'client_error',
  'guardrail_triggered',
];
