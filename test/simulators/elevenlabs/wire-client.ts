/**
 * A bare client of the agent socket for tests: takes a signed URL, speaks raw frames, keeps everything it receives, and
 * holds every frame of both directions against the vendor's specification when that is at hand.
 */
import { WebSocket } from 'ws';
import type { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { vendorSchemas } from './vendor-schemas.js';

export type Frame = Readonly<Record<string, unknown>>;

/** The member at a dotted path: `at(frame, 'audio_event.event_id')`. */
export function at(frame: unknown, path: string): unknown {
  let value = frame;
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Frame)[name] : undefined;
  }
  return value;
}

/** In no specification: known from the vendor's widget, or an error shape of the field. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['queue_status']);

const violations: string[] = [];
/** `from-agent audio`, `to-agent pong` …: what was held against the specification. */
export const validated = new Set<string>();

export function checkFrame(direction: 'from-agent' | 'to-agent', frame: Frame): void {
  const type = typeof frame['type'] === 'string' ? frame['type'] : 'user_audio_chunk';
  const isFlatError = type === 'error' && frame['error_event'] === undefined;
  if (UNSPECIFIED.has(type) || isFlatError) return;
  const fault = vendorSchemas()?.faultsOfMessage(direction, frame);
  validated.add(`${direction} ${type}`);
  if (fault !== undefined) violations.push(`${direction} ${type}: ${fault}`);
}

/** For the end of a test. @throws when any frame since the last call was not as the vendor specifies */
export function assertNoViolations(): void {
  const found = violations.splice(0);
  if (found.length > 0) throw new Error(`Not as the vendor specifies:\n${found.join('\n')}`);
}

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

export class WireClient {
  readonly frames: Frame[] = [];
  close: { code: number; reason: string } | undefined;
  /** Whether pings are answered; on from the start. */
  pongs = true;
  private waiters: Waiter[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (text: Buffer) => this.receive(text.toString()));
    socket.on('close', (code, reason) => {
      this.close = { code, reason: reason.toString() };
      this.changed();
    });
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<WireClient> {
    const client = new WireClient(new WebSocket(url, { perMessageDeflate: false }));
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  /** Signed URL, socket, and the initiation, unless that is `null`. */
  static async call(
    simulator: ElevenLabsSimulator,
    initiation: Frame | null = {},
    agentId = 'agent_one',
  ): Promise<WireClient> {
    const client = await WireClient.open(await signedUrl(simulator, agentId));
    if (initiation) client.send({ type: 'conversation_initiation_client_data', ...initiation });
    return client;
  }

  /** Sends a frame that the specification allows. */
  send(frame: Frame): void {
    checkFrame('to-agent', frame);
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends anything. */
  sendRaw(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Sends mu-law audio in frames of 20 ms, all at once: the agent's hearing goes by audio time. */
  speak(audio: Buffer): void {
    for (let at = 0; at < audio.length; at += 160) {
      this.send({ user_audio_chunk: audio.subarray(at, at + 160).toString('base64') });
    }
  }

  of(type: string): Frame[] {
    return this.frames.filter((frame) => frame['type'] === type);
  }

  get audio(): Buffer {
    return Buffer.concat(
      this.of('audio').map((frame) => Buffer.from(String(at(frame, 'audio_event.audio_base_64')), 'base64')),
    );
  }

  async untilFrame(type: string, count = 1): Promise<Frame> {
    await this.until(`${count} ${type}`, () => this.of(type).length >= count);
    return this.of(type)[count - 1] ?? {};
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    await this.until('the close', () => this.close !== undefined);
    return this.close ?? { code: 0, reason: '' };
  }

  async until(fact: string, holds: () => boolean, limitMs = 10_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const types = this.frames.map((frame) => String(frame['type'])).join(', ');
        reject(
          new Error(`Waited ${limitMs} ms for ${fact}; came: ${types}; close: ${JSON.stringify(this.close)}`),
        );
      }, limitMs);
      this.waiters.push({ holds, resolve: () => (clearTimeout(timer), resolve()) });
    });
  }

  private receive(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      frame = { type: 'not JSON', text };
    }
    if (frame['type'] !== 'not JSON') checkFrame('from-agent', frame);
    this.frames.push(frame);
    if (frame['type'] === 'ping' && this.pongs)
      this.send({ type: 'pong', event_id: at(frame, 'ping_event.event_id') });
    this.changed();
  }

  private changed(): void {
    const due = this.waiters.filter((waiter) => waiter.holds());
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve();
  }
}

export async function rest(
  simulator: ElevenLabsSimulator,
  path: string,
  key = simulator.apiKey,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${simulator.url}${path}`, { headers: { 'xi-api-key': key } });
  return { status: response.status, body: await response.json() };
}

export async function signedUrl(simulator: ElevenLabsSimulator, agentId = 'agent_one'): Promise<string> {
  const { body } = await rest(simulator, `/v1/convai/conversation/get-signed-url?agent_id=${agentId}`);
  return String(at(body, 'signed_url'));
}
