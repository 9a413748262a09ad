/**
 * A service in Twilio's place of the customer, for the simulator's tests: answers webhooks with whatever the test says, accepts streams,
 * and keeps what came. It is not Cordboard and checks every signature with the vendor's own code.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Received {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  /** Whether the vendor's checker accepts the signature. */
  readonly isSigned: boolean;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly location?: string;
  /** Answers only then. */
  readonly after?: Promise<unknown>;
  readonly never?: boolean;
}

export interface Upgrade {
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly path: string;
  readonly isSigned: boolean;
}

type Message = Readonly<Record<string, unknown>> & { readonly event: string };

/** One stream as the service sees it. */
export class ServiceSocket {
  readonly messages: Message[] = [];
  closedWith: number | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (raw: Buffer) => {
      const text = raw.toString('utf8');
      this.messages.push(text.startsWith('{') ? (JSON.parse(text) as Message) : { event: 'raw', text });
      this.wake();
    });
    socket.on('close', (code) => {
      this.closedWith = code;
      this.wake();
    });
  }

  private wake(): void {
    for (const look of this.waiting.splice(0)) look();
  }

  async until<T>(find: () => T | undefined, what: string, limitMs = 4000): Promise<T> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no ${what} in ${limitMs} ms`)),
          endMs - performance.now(),
        );
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The n-th message of that event, counted from 0. */
  message(event: string, n = 0): Promise<Message> {
    return this.until(() => this.messages.filter((one) => one.event === event)[n], `${event} ${n}`);
  }

  closed(): Promise<number> {
    return this.until(() => this.closedWith, 'close');
  }

  async streamSid(): Promise<string> {
    return (await this.message('start'))['streamSid'] as string;
  }

  async play(payload: Buffer): Promise<void> {
    this.say({
      event: 'media',
      streamSid: await this.streamSid(),
      media: { payload: payload.toString('base64') },
    });
  }

  async mark(name: string): Promise<void> {
    this.say({ event: 'mark', streamSid: await this.streamSid(), mark: { name } });
  }

  async clear(): Promise<void> {
    this.say({ event: 'clear', streamSid: await this.streamSid() });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

export class StandInService {
  readonly received: Received[] = [];
  readonly upgrades: Upgrade[] = [];
  readonly sockets: ServiceSocket[] = [];
  /** What a path answers; anything else is an empty 204. */
  readonly replies = new Map<string, (request: Received) => Reply | string>();
  /** Answers upgrades with this status instead of accepting them. */
  refuseUpgradesWith: number | undefined;
  private readonly waiting: (() => void)[] = [];
  private readonly hung: http.ServerResponse[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly streams: WebSocketServer,
    private readonly authToken: string,
  ) {}

  static async start(authToken: string): Promise<StandInService> {
    const server = http.createServer();
    const service = new StandInService(server, new WebSocketServer({ noServer: true }), authToken);
    server.on('request', (request, response) => void service.answer(request, response));
    server.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '';
      const signature = String(request.headers['x-twilio-signature']);
      service.upgrades.push({
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        path,
        isSigned: twilio.validateRequest(authToken, signature, `ws://${request.headers.host}${path}`, {}),
      });
      if (service.refuseUpgradesWith !== undefined) {
        socket.end(`HTTP/1.1 ${service.refuseUpgradesWith} No\r\nConnection: close\r\n\r\n`);
        return;
      }
      service.streams.handleUpgrade(request, socket, head, (accepted) => {
        service.sockets.push(new ServiceSocket(accepted));
        service.wake();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${this.port}/stream/one`;
  }

  /** A document that connects the stream, with anything before and after it. */
  streamDocument(attributes = '', around: readonly [before: string, after: string] = ['', '']): string {
    return `<?xml version="1.0" encoding="UTF-8"?><Response>${around[0]}<Connect ${attributes}><Stream url="${this.streamUrl}"><Parameter name="name" value="J&amp;J &lt;ß&gt;"/></Stream></Connect>${around[1]}</Response>`;
  }

  /** The n-th request to that path. */
  async request(path: string, n = 0): Promise<Received> {
    return this.until(
      () => this.received.filter((one) => one.path.split('?')[0] === path)[n],
      `${path} ${n}`,
    );
  }

  async socket(n = 0): Promise<ServiceSocket> {
    return this.until(() => this.sockets[n], `socket ${n}`);
  }

  async stop(): Promise<void> {
    for (const response of this.hung) response.destroy();
    for (const { socket } of this.sockets) socket.terminate();
    this.streams.close();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private async until<T>(find: () => T | undefined, what: string): Promise<T> {
    const endMs = performance.now() + 5000;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${what}`)), endMs - performance.now());
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private wake(): void {
    for (const look of this.waiting.splice(0)) look();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? '';
    const params = Object.fromEntries(new URLSearchParams(body));
    const url = `http://${request.headers.host}${path}`;
    const signature = String(request.headers['x-twilio-signature']);
    const received: Received = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      params,
      isSigned: twilio.validateRequest(this.authToken, signature, url, params),
    };
    this.received.push(received);
    this.wake();
    const reply = this.replies.get(path.split('?')[0] ?? '')?.(received) ?? { status: 204 };
    const {
      status = 200,
      type = 'text/xml',
      body: text,
      location,
      after,
      never,
    } = typeof reply === 'string' ? { body: reply } : reply;
    if (never) {
      this.hung.push(response);
      return;
    }
    await after;
    if (location !== undefined) response.setHeader('location', location);
    response.writeHead(status, text === undefined ? {} : { 'content-type': type }).end(text);
  }
}
