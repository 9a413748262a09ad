/**
 * The sending end of one agent socket: numbers events, leaves out those that the agent's settings do not let through, and
 * closes. It decides nothing about the conversation.
 */
import type { WebSocket } from 'ws';
import type { AgentError, FromAgent } from '../../protocol/elevenlabs/conversation.messages.js';
import {
  encodeFromAgent,
  type AgentToolRequest,
} from '../../protocol/elevenlabs/conversation.agent-side.codec.js';

/** Events of the vendor's enum are subject to the agent's settings; errors and `queue_status` are not in it. */
const ALWAYS_SENT: ReadonlySet<string> = new Set(['error', 'queue_status']);
/** RFC 6455: the payload of a close frame is at most 125 bytes, 2 of which are the code. */
const MAX_REASON_BYTES = 123;

export class AgentLine {
  private lastEventId = 0;
  private nextUtteranceSharesId = false;
  /** Set as soon as this side decides to end; a `lost` line ends without a close frame. */
  closing: 'no' | 'closed' | 'lost' = 'no';

  constructor(
    private readonly socket: WebSocket,
    private readonly clientEvents: ReadonlySet<string>,
  ) {}

  get isOpen(): boolean {
    return this.closing === 'no' && this.socket.readyState === this.socket.OPEN;
  }
  get currentEventId(): number {
    return this.lastEventId;
  }

  /** Does the agent let this event through? */
  sends(event: string): boolean {
    return ALWAYS_SENT.has(event) || this.clientEvents.has(event);
  }

  nextEventId(): number {
    this.lastEventId += 1;
    return this.lastEventId;
  }

  /** The id of the next utterance: its audio and its `agent_response` carry it. */
  nextUtteranceId(): number {
    if (!this.nextUtteranceSharesId) return this.nextEventId();
    this.nextUtteranceSharesId = false;
    return this.lastEventId;
  }

  /**
   * The id of an interruption. One caused by a message carries the id of the reply that follows, as recorded in
   * elevenlabs-python issue 829: a client that drops audio "up to and including" it loses the reply.
   */
  interruptionId(by: 'voice' | 'message'): number {
    const id = this.nextEventId();
    this.nextUtteranceSharesId = by === 'message';
    return id;
  }

  send(message: FromAgent | AgentToolRequest): void {
    if (this.isOpen && this.sends(message.type)) this.socket.send(encodeFromAgent(message));
  }

  /** An error in any of its three shapes; sent whatever the agent's settings are. */
  sendError(error: Omit<AgentError, 'type'>): void {
    if (this.isOpen) this.socket.send(encodeFromAgent({ type: 'error', ...error }));
  }

  sendRaw(text: string): void {
    if (this.isOpen) this.socket.send(text);
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.closing = 'closed';
    this.socket.close(code, Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString());
  }

  lose(): void {
    if (!this.isOpen) return;
    this.closing = 'lost';
    this.socket.terminate();
  }
}
