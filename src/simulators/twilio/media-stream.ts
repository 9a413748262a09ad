/**
 * One bidirectional media stream, Twilio's side of it: opens the socket, speaks for the caller every 20 ms, and ends it in one of three ways.
 * Its rules are those of Twilio's WebSocket Messages page; what a call does after the stream is not its business.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, type RawData } from 'ws';
import type { Cancel } from '../../core/clock.js';
import type { SentFrame, StreamRecord } from './call-record.js';
import type { StreamFaults } from './caller-script.js';
import { FRAME_MS, type Pacer } from './pacer.js';
import type { SimulatedCall } from './simulated-call.js';
import { SILENT_FRAME, type CallerLine } from './simulated-caller.js';
import type { StreamAddress } from './stream-address.js';
import { readFromService } from './stream-inbox.js';
import { StreamPlayback } from './stream-playback.js';
import { openStreamSocket, opened, streamErrorCode } from './stream-socket.js';
import { StreamWire } from './stream-wire.js';

/** After a late timer at most so many frames go out at once; time beyond that is a gap in the timestamps, as on a real line. */
const MOST_FRAMES_AT_ONCE = 5;
/** Beyond this the service is not reading; Twilio drops audio then (31930). The amount is not documented. */
const MOST_UNSENT_BYTES = 1024 * 1024;
/** A service that does not answer the close frame is cut off. */
const CLOSE_LIMIT_MS = 2_000;
const SILENT_PAYLOAD = SILENT_FRAME.toString('base64');

/** Who ended a stream; `fault` when the script let the socket die. */
export type StreamEndedBy = 'service' | 'carrier' | 'fault';

export interface MediaStreamOptions {
  readonly call: SimulatedCall;
  readonly streamSid: string;
  readonly address: StreamAddress;
  readonly customParameters: Readonly<Record<string, string>>;
  readonly authToken: string;
  readonly pacer: Pacer;
  readonly faults: StreamFaults;
  /** The caller puts the phone down. */
  readonly onHangUp: () => void;
  readonly onStart: () => void;
}

export class MediaStream implements StreamRecord, CallerLine {
  readonly streamSid: string;
  readonly url: string;
  readonly customParameters: Readonly<Record<string, string>>;
  readonly sentFrames: SentFrame[] = [];

  private readonly wire: StreamWire;
  private readonly playback: StreamPlayback;
  private readonly warned = new Set<number>();
  private socket: WebSocket | undefined;
  private cancelPacing: Cancel = () => undefined;
  private endedBy: StreamEndedBy | undefined;
  private wasOpen = false;
  private frameIndex = 0;

  constructor(private readonly options: MediaStreamOptions) {
    const { call, streamSid, faults } = options;
    this.streamSid = streamSid;
    this.url = options.address.url;
    this.customParameters = options.customParameters;
    this.wire = new StreamWire({ streamSid, callSid: call.sid, accountSid: call.accountSid });
    this.playback = new StreamPlayback({
      call,
      faults,
      sendMark: (name) => this.isOpen && this.send(this.wire.mark(name)),
      warnOnce: (code, detail) => this.warnOnce(code, detail),
    });
  }

  get lineZeroMs(): number {
    return this.playback.lineZeroMs;
  }

  get received(): StreamRecord['received'] {
    return this.playback.received;
  }

  get cleared(): StreamRecord['cleared'] {
    return this.playback.cleared;
  }

  get marks(): StreamRecord['marks'] {
    return this.playback.marks;
  }

  get played(): StreamRecord['played'] {
    return this.playback.playout.played;
  }

  get playedBytes(): number {
    return this.playback.playout.playedBytes;
  }

  get isQuiet(): boolean {
    return this.playback.isQuiet;
  }

  /**
   * Opens the stream and resolves when it is over.
   * @param signal ends the stream from Twilio's side: `stop`, then the close
   * @throws StreamFailed when it never came about
   */
  async run(signal: AbortSignal): Promise<StreamEndedBy> {
    const { faults, address, authToken, call } = this.options;
    if (faults.openDelayMs) await delay(faults.openDelayMs, undefined, { signal });
    signal.throwIfAborted();
    const socket = openStreamSocket(address, authToken);
    this.socket = socket;
    const stop = (): void => this.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const over = this.over(socket);
      await opened(socket);
      this.wasOpen = true;
      call.note('stream-open', { url: this.url, streamSid: this.streamSid });
      this.send(this.wire.connected());
      if (faults.startDelayMs) await Promise.race([over, delay(faults.startDelayMs, undefined, { signal })]);
      if (this.isOpen) this.begin();
      return await over;
    } finally {
      signal.removeEventListener('abort', stop);
      this.cancelPacing();
    }
  }

  private get isOpen(): boolean {
    return this.endedBy === undefined && this.socket?.readyState === WebSocket.OPEN;
  }

  private get isBegun(): boolean {
    return this.lineZeroMs > 0;
  }

  private over(socket: WebSocket): Promise<StreamEndedBy> {
    socket.on('message', (raw: RawData, isBinary: boolean) => this.receive(raw, isBinary));
    socket.on('error', (error) => {
      if (this.endedBy === undefined && this.isBegun) this.warnOnce(streamErrorCode(error), error.message);
    });
    return new Promise((resolve) => {
      socket.once('close', (code) => {
        const by = this.endedBy ?? 'service';
        // Whether Twilio logs a clean close by the service is not known; only unclean ones are logged here.
        if (this.wasOpen && by === 'service' && code !== 1000 && code !== 1005)
          this.warnOnce(31921, `closed with ${code}`);
        this.cease(by);
        if (this.isBegun) this.options.call.note('socket-closed', { by, code });
        resolve(by);
      });
    });
  }

  private begin(): void {
    this.send(this.wire.start(this.customParameters));
    const { firstMs, cancel } = this.options.pacer.add((periods) => this.tick(periods));
    this.cancelPacing = cancel;
    this.playback.lineZeroMs = firstMs - FRAME_MS;
    this.options.onStart();
    this.options.call.note('start', { streamSid: this.streamSid, customParameters: this.customParameters });
  }

  /** Ends it from Twilio's side. */
  private stop(): void {
    const { socket } = this;
    if (this.endedBy !== undefined || !socket) return;
    const isOrderly = this.isOpen && this.isBegun;
    if (isOrderly) this.send(this.wire.stop());
    this.cease('carrier');
    if (isOrderly) this.options.call.note('stop', { streamSid: this.streamSid });
    // Twilio's code after `stop` is unverified; 1000 is what an orderly end has.
    if (isOrderly) socket.close(1000);
    else socket.terminate();
    const limit = setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS);
    socket.once('close', () => clearTimeout(limit));
  }

  private cease(by: StreamEndedBy): void {
    if (this.endedBy !== undefined) return;
    this.endedBy = by;
    this.cancelPacing();
    this.playback.finish();
  }

  private send(text: string): true {
    this.socket?.send(text);
    return true;
  }

  private warnOnce(code: number, detail: string): void {
    if (this.warned.has(code)) return;
    this.warned.add(code);
    this.options.call.warn(code, detail);
  }

  private receive(raw: RawData, isBinary: boolean): void {
    if (this.endedBy !== undefined) return;
    const message = readFromService(raw, isBinary, this.streamSid);
    // Before `start` the service cannot know the streamSid, so nothing it says then is valid.
    if (message.kind === 'invalid') this.warnOnce(message.code, message.detail);
    else if (this.isBegun) this.playback.take(message);
    this.options.call.changed();
  }

  private tick(periods: number): void {
    if (!this.isOpen) return;
    this.playback.play();
    const frames = Math.min(periods, MOST_FRAMES_AT_ONCE);
    this.frameIndex += periods - frames;
    for (let count = 0; count < frames && this.isOpen; count += 1) this.speak();
    this.options.call.changed();
  }

  private speak(): void {
    const frame = this.options.call.caller.nextFrame(this);
    const timestampMs = this.frameIndex * FRAME_MS;
    this.frameIndex += 1;
    if (!this.isOpen) return;
    if ((this.socket?.bufferedAmount ?? 0) > MOST_UNSENT_BYTES) {
      this.warnOnce(31930, 'the service does not read; audio is dropped');
      return;
    }
    const payload = frame === SILENT_FRAME ? SILENT_PAYLOAD : frame.toString('base64');
    this.send(this.wire.media(timestampMs, payload));
    this.sentFrames.push({ payload: frame, atMs: performance.now(), timestampMs });
  }

  startsSpeaking(what: string): void {
    this.options.call.note('caller-speaks', { what });
  }

  stopsSpeaking(): void {
    this.options.call.note('caller-stops');
  }

  press(digit: string): void {
    if (!this.isOpen) return;
    this.send(this.wire.dtmf(digit));
    this.options.call.note('dtmf', { digit });
  }

  hangUp(): void {
    this.options.onHangUp();
  }

  loseSocket(): void {
    this.cease('fault');
    this.socket?.terminate();
  }

  sendRaw(text: string): void {
    if (this.isOpen) this.send(text);
  }
}
