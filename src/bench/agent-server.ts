/**
 * The agent's side of the load: signed URLs and sockets like ElevenLabs', as many as there are calls. Which call a socket belongs to is
 * learnt from the first piece of the caller's audio, since every relay opens its sockets in its own way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { decodeCell, encodeCell, GREETING, type Cell } from './cell.js';
import { isToolAnswer, type Speaker } from './chatter.js';
import { portOf } from './listening.js';

const METADATA = JSON.stringify({
  type: 'conversation_initiation_metadata',
  conversation_initiation_metadata_event: {
    conversation_id: 'conv_of_the_benchmark',
    agent_output_audio_format: 'ulaw_8000',
    user_input_audio_format: 'ulaw_8000',
  },
});
/** Of `{"user_audio_chunk":"…"}` and of Twilio's frames, which a relay that understands nothing lets through. */
const AUDIO = ['"user_audio_chunk":"', '"payload":"'];

/** A fifth of a second. */
const GREETING_BYTES = 1600;

export interface AgentTalk extends Speaker {
  readonly call: number;
  say(base64: string): void;
  interrupt(): void;
}

export interface AgentEvents {
  opened(talk: AgentTalk): void;
  audio(call: number, cell: Cell): void;
  toolAnswered(): void;
}

export class AgentServer {
  private readonly server = createServer((request, response) => this.answer(request, response));
  private readonly sockets = new WebSocketServer({ server: this.server, perMessageDeflate: false });

  constructor(private readonly events: AgentEvents) {
    this.sockets.on('connection', (socket) => this.serve(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this.port;
  }

  get open(): number {
    return this.sockets.clients.size;
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  private get port(): number {
    return portOf(this.server);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const isSignedUrl = request.url?.startsWith('/v1/convai/conversation/get') === true;
    response.writeHead(isSignedUrl ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isSignedUrl ? { signed_url: `ws://127.0.0.1:${this.port}/talk` } : {}));
  }

  private serve(socket: WebSocket): void {
    let call: number | undefined;
    socket.on('error', () => undefined);
    socket.send(METADATA);
    socket.send(audioOf(encodeCell({ call: GREETING, number: 0, dueMs: 0 }, GREETING_BYTES)));
    socket.on('message', (frame: Buffer) => {
      const text = frame.toString('latin1');
      const mark = AUDIO.find((one) => text.includes(one));
      const cell = mark === undefined ? undefined : decodeCell(text, text.indexOf(mark) + mark.length);
      if (!cell) {
        if (isToolAnswer(text)) this.events.toolAnswered();
        return;
      }
      if (call === undefined) {
        ({ call } = cell);
        this.events.opened(talkOver(socket, call));
      }
      this.events.audio(call, cell);
    });
  }
}

function audioOf(base64: string): string {
  return `{"type":"audio","audio_event":{"audio_base_64":"${base64}","event_id":1}}`;
}

function talkOver(socket: WebSocket, call: number): AgentTalk {
  return {
    call,
    say: (base64) => socket.send(audioOf(base64)),
    tell: (message) => socket.send(message),
    // Of the same event as the audio, which goes on after it: nothing of that is stale.
    interrupt: () => socket.send('{"type":"interruption","interruption_event":{"event_id":1}}'),
  };
}
