/**
 * One conversation with an ElevenLabs agent over its WebSocket, behind the `AgentLeg` port. Translates; decides nothing about
 * the call. Every listener is guarded: nothing that arrives can throw into the socket.
 */
import { Base64Bytes, type Base64Audio } from '../core/audio/base64-audio.js';
import type { AgentEvents, AgentLeg, AgentOpening } from '../core/bridge/legs.js';
import type { CallFailure } from '../core/call/call.js';
import type { Cancel, Clock } from '../core/clock.js';
import { literal } from '../protocol/byte-text.js';
import { WireError } from '../protocol/decoding.js';
import { recogniseAudio } from '../protocol/elevenlabs/audio-bytes.js';
import { decodeFromAgent, encodeToAgent } from '../protocol/elevenlabs/conversation.codec.js';
import type { AgentError } from '../protocol/elevenlabs/conversation.messages.js';
import type { TextListener, TextSocket } from '../sockets/text-socket.js';
import { endingOf } from './agent-ending.js';
import type { AgentSocketLimits } from './agent-socket-limits.js';
import { deliver, type SocketControl } from './elevenlabs.inbox.js';
import { initiationOf } from './initiation.js';

export type WireOddity = 'ignored' | 'unknown' | 'malformed' | 'binary';

export interface LegParts {
  readonly clock: Clock;
  readonly limits: AgentSocketLimits;
  readonly events: AgentEvents;
  odd(kind: WireOddity): void;
}

/** An error message that is not followed by a close within this time is taken for the end. */
const CLOSE_AFTER_ERROR_MS = 3000;
/** How long our own close may take before the socket is cut. */
const CLOSE_GRACE_MS = 2000;
const REQUIRED_FORMAT = 'ulaw_8000';
const BEFORE_AUDIO = literal('{"user_audio_chunk":"');
const BEHIND_AUDIO = literal('"}');

export class ElevenLabsLeg implements AgentLeg, SocketControl {
  private socket: TextSocket | undefined;
  private initiation: string | undefined;
  private over = false;
  private queueTimedOut = false;
  private lastError: AgentError | undefined;
  private conversationId = '';
  private framesSeen = 0;
  private readonly timers = new Set<Cancel>();
  private cancelCut: Cancel | undefined;
  private readonly listener: TextListener = {
    text: (bytes, from, to) => {
      try {
        this.receive(bytes, from, to);
      } catch (error) {
        this.failed(error);
      }
    },
    binary: () => this.receiveBinary(),
    // `closed` follows and tells enough.
    failed: () => undefined,
    closed: (code, reason) => {
      this.cancelCut?.();
      this.guarded(() => this.closed(code, reason));
    },
  };

  constructor(private readonly parts: LegParts) {}

  /** Takes a socket in the tick in which it opened. */
  attach(socket: TextSocket): void {
    socket.listen(this.listener);
    if (this.over) {
      this.closeGently(socket);
      return;
    }
    this.socket = socket;
    this.watch();
    this.sendInitiation();
  }

  /** The socket could not be opened, for good. */
  fail(failure: CallFailure): void {
    if (this.over) return;
    this.stop();
    this.parts.events.agentGone(failure, 'agent-failed');
  }

  get isOver(): boolean {
    return this.over;
  }

  begin({ variables, overrides }: AgentOpening): void {
    this.initiation = encodeToAgent(initiationOf(variables, overrides));
    if (this.socket?.isOpen) this.sendInitiation();
  }

  sendAudio(payload: Base64Audio): void {
    // Written by template: base64 needs no escaping, and this runs for every frame of the caller.
    if (typeof payload === 'string') this.send(`{"user_audio_chunk":"${payload}"}`);
    else {
      const socket = this.writable();
      if (socket) socket.sendAround(BEFORE_AUDIO, payload.bytes, payload.from, payload.to, BEHIND_AUDIO);
    }
  }

  pong(eventId: number): void {
    this.send(encodeToAgent({ type: 'pong', event_id: eventId }));
  }

  answerTool(id: string, result: string, isError: boolean): void {
    this.send(encodeToAgent({ type: 'client_tool_result', tool_call_id: id, result, is_error: isError }));
  }

  say(text: string): void {
    this.send(encodeToAgent({ type: 'user_message', text }));
  }

  inform(text: string, contextId?: string): void {
    const context = contextId === undefined ? {} : { context_id: contextId };
    this.send(encodeToAgent({ type: 'contextual_update', text, ...context }));
  }

  close(): void {
    if (this.over) return;
    this.stop();
    if (this.socket) this.closeGently(this.socket);
  }

  private closeGently(socket: TextSocket): void {
    socket.close(1000, 'call ended');
    this.cancelCut = this.parts.clock.after(CLOSE_GRACE_MS, () => socket.terminate());
  }

  private sendInitiation(): void {
    if (this.initiation === undefined) return;
    this.send(this.initiation);
    this.initiation = undefined;
  }

  private send(text: string): void {
    this.writable()?.send(text);
  }

  /** Undefined while nothing can be sent; a socket that is behind by too much is given up. */
  private writable(): TextSocket | undefined {
    const { socket } = this;
    if (!socket?.isOpen) return undefined;
    if (socket.bufferedAmount <= this.parts.limits.maxBufferedBytes) return socket;
    socket.terminate();
    this.fail({ code: 'stream-overloaded', detail: 'ElevenLabs does not read fast enough.' });
    return undefined;
  }

  private receiveBinary(): void {
    if (this.over) return;
    this.framesSeen += 1;
    this.odd('binary');
  }

  private receive(bytes: Buffer, from: number, to: number): void {
    if (this.over) return;
    this.framesSeen += 1;
    const audio = recogniseAudio(bytes, from, to);
    if (audio) {
      this.parts.events.agentAudio(new Base64Bytes(bytes, audio.from, audio.to), audio.eventId);
      return;
    }
    const message = decodeFromAgent(bytes.toString('utf8', from, to));
    if (message.type === 'ignored' || message.type === 'unknown') this.odd(message.type);
    else deliver(message, this.parts.events, this);
  }

  /** Noise instead of voices is how a mismatch is heard, so it is refused by name before anybody hears it. */
  started(conversationId: string, input: string, output: string): void {
    this.conversationId = conversationId;
    if (input === REQUIRED_FORMAT && output === REQUIRED_FORMAT) {
      this.parts.events.agentReady(conversationId);
      return;
    }
    this.socket?.close(1000, 'audio format');
    this.fail({
      code: 'agent-format',
      detail: `The agent hears ${input} and speaks ${output}; both must be ${REQUIRED_FORMAT}.`,
    });
  }

  queueMoved(status: string): void {
    if (status === 'waiting') this.parts.events.agentQueued();
    else if (status === 'admitted') this.parts.events.agentReady(this.conversationId);
    else if (status === 'timed_out') this.queueTimedOut = true;
  }

  errorTold(error: AgentError): void {
    this.lastError = error;
    // A client_error concerns one message; the others announce the end, which the vendor may leave to us.
    if (error.shape === 'client_error') return;
    this.later(CLOSE_AFTER_ERROR_MS, () => {
      this.socket?.terminate();
      this.closed(error.code ?? 1011, '');
    });
  }

  odd(kind: WireOddity): void {
    this.parts.odd(kind);
  }

  private closed(code: number, reason: string): void {
    if (this.over) return;
    this.stop();
    const ending = endingOf({ code, reason, lastError: this.lastError, queueTimedOut: this.queueTimedOut });
    this.parts.events.agentGone(ending.failure, ending.reason);
  }

  private watch(): void {
    const seen = this.framesSeen;
    this.later(this.parts.limits.silenceMs, () => {
      if (this.framesSeen !== seen) {
        this.watch();
        return;
      }
      this.socket?.terminate();
      this.fail({ code: 'agent-lost', detail: 'Nothing came from ElevenLabs any more.' });
    });
  }

  private later(ms: number, task: () => void): void {
    const cancel = this.parts.clock.after(ms, () => {
      this.timers.delete(cancel);
      this.guarded(task);
    });
    this.timers.add(cancel);
  }

  private stop(): void {
    this.over = true;
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  private guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.odd('malformed');
    if (error instanceof WireError) return;
    this.socket?.terminate();
    this.fail({ code: 'internal', detail: 'A message of the agent could not be handled.' });
  }
}
