/**
 * The agent's end of one socket: takes everything the client sends, applies the rules of the start, hands over to the
 * script, and ends. What comes before the start is `opening.ts`, the script `script-player.ts`.
 */
import type { RawData, WebSocket } from 'ws';
import { WireError } from '../../protocol/decoding.js';
import {
  decodeToAgent,
  type ReceivedByAgent,
  type ReceivedInitiation,
} from '../../protocol/elevenlabs/conversation.agent-side.codec.js';
import { AgentLine } from './agent-line.js';
import { DEFAULT_CLIENT_EVENTS } from './agent-script.js';
import { AgentVoice } from './agent-voice.js';
import { Alarms } from './alarms.js';
import { CallerListener, type ConversationStage } from './caller-listener.js';
import { CallerTurns } from './caller-turns.js';
import { settle } from './initiation-rules.js';
import { Opening } from './opening.js';
import { Pinger } from './pinger.js';
import { ScriptPlayer } from './script-player.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';

export class ConversationSocket {
  private readonly alarms = new Alarms();
  private readonly turns = new CallerTurns();
  private readonly line: AgentLine;
  private readonly pinger: Pinger;
  private readonly listener: CallerListener;
  private readonly player: ScriptPlayer;
  private readonly opening: Opening;
  private stage: ConversationStage = 'live';
  private initiationTaken = false;
  private initiationArrived: () => void = () => undefined;
  private lastInputMs = performance.now();

  constructor(
    private readonly socket: WebSocket,
    private readonly conversation: SimulatedConversation,
    private readonly settings: SimulatorSettings,
  ) {
    const { timing, chunksMs, alignment, keepAudio } = settings;
    const { alarms, turns } = this;
    const observe = this.observe.bind(this);
    const line = new AgentLine(socket, new Set(conversation.script.clientEvents ?? DEFAULT_CLIENT_EVENTS));
    const voice = new AgentVoice(line, alarms, {
      chunksMs,
      alignment,
      burstGapMs: timing.burstGapMs,
      onSent: (payload, eventId, playedUntilMs) => {
        conversation.sentAudioBytes += payload.length;
        conversation.playedUntilMs = playedUntilMs;
        if (keepAudio) conversation.sentAudio.push({ payload, atMs: performance.now(), eventId });
        conversation.changed();
      },
    });
    const pinger = new Pinger(line, alarms, conversation, timing.pingIntervalMs, observe);
    this.line = line;
    this.pinger = pinger;
    this.listener = new CallerListener({ conversation, line, voice, turns, timing, keepAudio, observe });
    const goSilent = (): void => this.goSilent();
    this.player = new ScriptPlayer({
      conversation,
      line,
      voice,
      turns,
      pinger,
      alarms,
      settings,
      observe,
      goSilent,
    });
    const waitInQueue = (waiting: boolean): void => {
      this.stage = waiting ? 'queued' : 'live';
    };
    this.opening = new Opening({ conversation, line, alarms, observe, waitInQueue });
    socket.on('message', (frame, isBinary) => this.receive(frame, isBinary));
    socket.on('close', (code, reason) => this.closed(code, reason.toString()));
    // A broken frame or connection; the close event that follows is what counts.
    socket.on('error', () => undefined);
  }

  /** Resolves when the script is over or the conversation has failed; never rejects. */
  async run(): Promise<void> {
    try {
      this.observe('open', { agentId: this.conversation.agentId });
      this.watchInput();
      if (!(await this.opening.pass())) return;
      await this.start();
    } catch (error) {
      this.conversation.failure = error instanceof Error ? error : new Error(String(error));
      this.fail('unknown_websocket_crash', 1011, 'The simulator failed; see failure of the conversation.');
    }
  }

  /** For the end of the simulator: no close frame is waited for. */
  abandon(): void {
    this.line.lose();
    this.socket.terminate();
  }

  private async start(): Promise<void> {
    this.pinger.start();
    if (!this.conversation.initiation) await this.initiationOrGrace();
    this.initiationTaken = true;
    if (!this.line.isOpen) return;
    const { conversation } = this;
    const settled = settle(conversation.script, conversation.initiation, {
      system__agent_id: conversation.agentId,
      system__conversation_id: conversation.id,
    });
    if ('errorName' in settled) {
      this.fail(settled.errorName, 1008, settled.reason);
      return;
    }
    conversation.settings = settled.settings;
    conversation.changed();
    await this.player.play(settled.settings.firstMessage, settled.variables);
  }

  private async initiationOrGrace(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.initiationArrived = resolve;
      // A process that stood still has the message waiting unread when its timer fires: one look at the sockets first.
      void this.alarms.pause(this.settings.timing.initiationGraceMs).then(() => setImmediate(resolve));
    });
  }

  private receive(frame: RawData, isBinary: boolean): void {
    if (!this.line.isOpen) return;
    try {
      if (isBinary) throw new WireError('binary frame');
      this.take(decodeToAgent(textOf(frame)));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.conversation.arrives(`an invalid message (${error.message})`);
      this.observe('invalid-message', { because: error.message });
      this.fail('invalid_message', 1008, 'Invalid message received');
    }
  }

  private take(message: ReceivedByAgent): void {
    const { conversation } = this;
    const kind = 'type' in message ? message.type : 'audio';
    const isInitiation = kind === 'conversation_initiation_client_data';
    // What waits in the queue is discarded (the vendor's widget says so); that the initiation is kept is our assumption.
    if (this.stage === 'queued' && !isInitiation) {
      conversation.discardedMessages += 1;
      conversation.arrives(`${kind} (discarded)`);
      return;
    }
    if (kind !== 'pong') this.lastInputMs = performance.now();
    if ('type' in message && message.type === 'conversation_initiation_client_data') this.initiate(message);
    else if ('type' in message && message.type === 'pong') this.pinger.ponged(message.event_id);
    else if ('type' in message && message.type === 'client_tool_result') {
      conversation.toolResults.push({ ...message, atMs: performance.now() });
      this.player.toolAnswered(message);
    } else this.listener.take(message, this.stage);
    conversation.arrives(kind);
  }

  private initiate(initiation: ReceivedInitiation): void {
    // A second one, or one after the conversation has begun without, is refused like any message out of place (unverified).
    if (this.initiationTaken || this.conversation.initiation)
      throw new WireError('initiation: too late or repeated');
    this.conversation.initiation = initiation;
    this.observe('initiation', {
      variables: initiation.dynamic_variables ?? {},
      override: initiation.conversation_config_override ?? {},
      userId: initiation.user_id,
    });
    this.initiationArrived();
  }

  private goSilent(): void {
    this.stage = 'silent';
    this.pinger.stop();
  }

  private watchInput(): void {
    if (this.stage === 'silent') return;
    const quietMs = performance.now() - this.lastInputMs;
    const { receiveTimeoutMs } = this.settings.timing;
    if (quietMs >= receiveTimeoutMs) {
      this.fail('transport_receive_timeout', 1002, `No user input for ${receiveTimeoutMs / 1000} s.`);
    } else {
      this.alarms.after(Math.ceil(receiveTimeoutMs - quietMs), () => this.watchInput());
    }
  }

  private fail(name: string, code: number, reason: string): void {
    if (!this.line.isOpen) return;
    this.conversation.terminationReason = reason;
    this.line.sendError({ shape: 'error_event', code, name, message: reason });
    this.line.close(code, reason);
  }

  private closed(code: number, reason: string): void {
    const { conversation, line } = this;
    const by = line.closing !== 'no' ? 'agent' : code === 1006 ? 'network' : 'client';
    conversation.end = { by, code, reason, atMs: performance.now() };
    this.alarms.clear();
    this.turns.close();
    this.player.close();
    this.observe('closed', { by, code, reason });
    conversation.changed();
  }

  private observe(what: string, detail: Readonly<Record<string, unknown>>): void {
    this.settings.observe({
      atMs: performance.now(),
      by: 'elevenlabs',
      call: this.conversation.id,
      what,
      detail,
    });
  }
}

function textOf(frame: RawData): string {
  if (Buffer.isBuffer(frame)) return frame.toString();
  return Array.isArray(frame) ? Buffer.concat(frame).toString() : Buffer.from(frame).toString();
}
