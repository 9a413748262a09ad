/**
 * Live audio of a call as a WebSocket: what both say goes out as binary frames, and what an operator says who has taken the call over comes
 * in as such. A door of its own: the bearer key is checked before the handshake is accepted.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { RawData, VerifyClientCallbackAsync, WebSocket, WebSocketServer } from 'ws';
import { encodeMulaw } from '../core/audio/mulaw.js';
import { CordboardError, ERRORS } from '../core/errors.js';
import { isCallId, type CallId } from '../core/ids.js';
import { askedCallAudio, CALL_AUDIO_PATH } from '../media-stream/call-audio-path.js';
import { ApiKeys } from '../ops/api-keys.js';
import { Metrics } from '../ops/metrics.js';
import { AudioDoor } from './audio-door.js';
import { Listeners } from './listeners.js';
import type { AudioSink, LeftBecause } from './live-audio.js';

/** Two seconds of an operator's voice; sent in real time it comes in pieces of some hundred bytes. */
const MOST_FRAME_BYTES = 32_000;
const FORMAT = JSON.stringify({
  type: 'format',
  encoding: 'pcm_s16le',
  sampleRateHz: 8000,
  channels: ['caller', 'agent'],
});
const CLOSE_CODES: Readonly<Record<LeftBecause, number>> = {
  'call-over': 1000,
  'too-slow': 1013,
  gone: 1000,
};

@WebSocketGateway({ path: CALL_AUDIO_PATH, perMessageDeflate: false })
export class CallAudioGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly door: AudioDoor,
    private readonly keys: ApiKeys,
    private readonly listeners: Listeners,
    private readonly metrics: Metrics,
  ) {}

  afterInit(server: WebSocketServer): void {
    const verify: VerifyClientCallbackAsync = ({ req }, done) => {
      this.check(req).then(
        () => done(true),
        (error: unknown) => {
          const code = error instanceof CordboardError ? error.code : 'internal';
          const { status, title } = ERRORS[code];
          done(false, status, `${code}: ${title}`);
        },
      );
    };
    server.options.verifyClient = verify;
    server.options.maxPayload = MOST_FRAME_BYTES;
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => undefined);
    const { id, by } = this.askedBy(request);
    const sink: AudioSink = {
      send: (pairs) => socket.send(pairs),
      get waitingBytes() {
        return socket.bufferedAmount;
      },
      end: (reason) => socket.close(CLOSE_CODES[reason], reason),
    };
    try {
      const listener = this.listeners.listen(id, by, sink, true);
      socket.send(FORMAT);
      socket.on('message', (sound, isBinary) => {
        if (isBinary) listener.speak(mulawOf(sound));
      });
      socket.on('close', () => listener.left());
    } catch (error) {
      // The call ended, or the last place was taken, within the handshake.
      const code = error instanceof CordboardError ? error.code : 'internal';
      socket.close(1013, code);
    }
  }

  private async check(request: IncomingMessage): Promise<void> {
    if (this.keys.ofRequest(request) === undefined) {
      this.metrics.refusedDoors.inc({ door: 'api-key' });
      throw new CordboardError('unauthorized');
    }
    await this.door.check(this.askedBy(request).id);
  }

  private askedBy(request: IncomingMessage): { readonly id: CallId; readonly by: string } {
    const id = askedCallAudio(request) ?? '';
    if (!isCallId(id)) throw new CordboardError('not-found');
    return { id, by: this.keys.ofRequest(request) ?? '' };
  }
}

/** From 16-bit samples, little-endian, one channel at 8000 Hz. Half a sample at the end is left out. */
function mulawOf(sound: RawData): Buffer {
  if (!Buffer.isBuffer(sound)) return Buffer.alloc(0);
  const samples = Int16Array.from({ length: sound.length >> 1 }, (_, at) => sound.readInt16LE(at * 2));
  return encodeMulaw(samples);
}
