/**
 * An agent that says what a test wants, frame by frame: signed URL and socket of ElevenLabs, and no rules. It also hears: what
 * callers said is kept, so that nothing of it can be lost unseen.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export const METADATA = {
  type: 'conversation_initiation_metadata',
  conversation_initiation_metadata_event: {
    conversation_id: 'conv_fuzz',
    agent_output_audio_format: 'ulaw_8000',
    user_input_audio_format: 'ulaw_8000',
  },
};

export interface Heard {
  readonly type?: string;
  readonly user_audio_chunk?: string;
  readonly event_id?: number;
  readonly tool_call_id?: string;
  readonly is_error?: boolean;
  readonly result?: unknown;
}

export class Talk {
  readonly heard: Heard[] = [];
  readonly audio: Buffer[] = [];
  isClosed = false;
  private readonly watchers = new Set<() => void>();

  constructor(readonly socket: WebSocket) {
    socket.on('message', (frame: Buffer) => {
      const message = JSON.parse(frame.toString('utf8')) as Heard;
      if (message.user_audio_chunk === undefined) this.heard.push(message);
      else this.audio.push(Buffer.from(message.user_audio_chunk, 'base64'));
      this.tell();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.tell();
    });
  }

  says(message: object | string | Buffer): void {
    if (typeof message === 'string' || Buffer.isBuffer(message)) this.socket.send(message);
    else this.socket.send(JSON.stringify(message));
  }

  /** Resolves when it holds, or when the talk is over. */
  until(holds: (talk: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.isClosed && !holds(this)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  private tell(): void {
    for (const look of this.watchers) look();
  }
}

export class StandInAgent {
  readonly talks: Talk[] = [];
  /** Whether a new conversation is told its metadata at once. */
  private readonly waiting: ((talk: Talk) => void)[] = [];

  private constructor(
    private readonly server: Server,
    private readonly sockets: WebSocketServer,
  ) {
    sockets.on('connection', (socket) => {
      const talk = new Talk(socket);
      this.talks.push(talk);
      talk.says(METADATA);
      this.waiting.shift()?.(talk);
    });
  }

  static async open(): Promise<StandInAgent> {
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      response.setHeader('content-type', 'application/json');
      if (request.url?.includes('signed') === true)
        response.end(JSON.stringify({ signed_url: `ws://127.0.0.1:${port}/talk` }));
      else response.writeHead(404).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StandInAgent(server, new WebSocketServer({ server }));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  nextTalk(): Promise<Talk> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
