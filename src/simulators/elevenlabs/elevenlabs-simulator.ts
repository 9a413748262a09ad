/**
 * A server that stands in for ElevenLabs by address alone: REST and the agent socket on one port. It hears by voice
 * activity, speaks by whatever `speak` gives, and follows a script; it recognises no words and thinks nothing.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { AgentScript } from './agent-script.js';
import { ConversationSocket } from './conversation-socket.js';
import { conversationId } from './ids.js';
import { PostCall } from './post-call.js';
import { checkPostCallWebhook, type PostCallWebhook } from './post-call-webhook.js';
import { RestApi } from './rest-api.js';
import { CONVERSATION_PATH, SignedUrls } from './signed-urls.js';
import { ScriptUnfinished, SimulatedConversation } from './simulated-conversation.js';
import { settingsFrom, type SimulatorOptions, type SimulatorSettings } from './simulator-settings.js';
import { Workspace } from './workspace.js';

/** What the vendor's own clients accept; the server's limit is not published. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** The browser client's subprotocol; others ask for none. */
const SUBPROTOCOL = 'convai';
const DEFAULT_LIMIT_MS = 10_000;

interface Admission {
  readonly agentId: string;
  readonly script: AgentScript;
  readonly conversationId: string;
  readonly authorization: 'signed_url' | 'public';
}

export class ElevenLabsSimulator {
  /** Every conversation so far, oldest first. */
  readonly conversations: SimulatedConversation[] = [];
  private readonly sockets = new Set<ConversationSocket>();
  private readonly signedUrls: SignedUrls;
  private readonly upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  private readonly postCall: PostCall;
  /** Agents and tools as REST has written them. */
  readonly workspace: Workspace;
  private handedOut = 0;
  private opened: (() => void)[] = [];
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    private readonly settings: SimulatorSettings,
  ) {
    this.signedUrls = new SignedUrls(settings.timing.signedUrlLifetimeMs);
    this.postCall = new PostCall(settings);
    this.workspace = new Workspace(
      settings,
      (agentId) => this.conversations.filter((one) => one.agentId === agentId).length,
    );
    const rest = new RestApi({
      settings,
      signedUrls: this.signedUrls,
      workspace: this.workspace,
      conversations: this.conversations,
    });
    server.on('request', (request, response) => void rest.answer(request, response));
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  /** Listens, by default on a free port of the loopback interface. @throws RangeError for options that make no sense */
  static async start(options: SimulatorOptions): Promise<ElevenLabsSimulator> {
    const settings = settingsFrom(options);
    const server = createServer();
    const simulator = new ElevenLabsSimulator(server, settings);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(settings.port, settings.host, resolve);
    });
    return simulator;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : this.settings.port;
  }

  /** The address to give as ELEVENLABS_API_URL. */
  get url(): string {
    const { host } = this.settings;
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${this.port}`;
  }

  get apiKey(): string {
    return this.settings.apiKey;
  }

  /**
   * Tells another address from now on, or nobody: for a service whose address is known only after this simulator started.
   * @throws RangeError for a webhook that cannot be sent
   */
  tellAfterwards(webhook: PostCallWebhook | undefined): void {
    if (webhook) checkPostCallWebhook(webhook);
    this.postCall.webhook = webhook;
  }

  /**
   * The oldest conversation that no earlier call has returned; waits for it when there is none.
   * @param limitMs default 10000
   * @throws ScriptUnfinished when none is opened in time
   */
  async nextConversation(limitMs = DEFAULT_LIMIT_MS): Promise<SimulatedConversation> {
    const index = this.handedOut;
    this.handedOut += 1;
    const there = this.conversations[index];
    if (there) return there;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.opened = this.opened.filter((other) => other !== look);
        this.handedOut = Math.min(this.handedOut, index);
        reject(
          new ScriptUnfinished(
            `Waited ${limitMs} ms for conversation ${index + 1}; ${index} were opened before.`,
          ),
        );
      }, limitMs);
      const look = (): void => {
        const conversation = this.conversations[index];
        if (!conversation) return;
        clearTimeout(timer);
        this.opened = this.opened.filter((other) => other !== look);
        resolve(conversation);
      };
      this.opened.push(look);
    });
  }

  /** Ends every conversation without ceremony and frees the port. May be called twice. */
  async stop(): Promise<void> {
    this.stopping ??= new Promise((resolve) => {
      this.postCall.stop();
      for (const socket of this.sockets) socket.abandon();
      this.upgrades.close();
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    return this.stopping;
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const admitted = this.admit(new URL(request.url ?? '/', 'http://simulator'));
    if (typeof admitted === 'number') {
      // How the real server refuses a handshake is not documented; these are the plain answers of HTTP.
      socket.end(
        `HTTP/1.1 ${admitted} ${STATUS_CODES[admitted] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.upgrades.handleUpgrade(request, socket, head, (accepted) => {
      const { agentId, script, authorization } = admitted;
      const conversation = new SimulatedConversation(admitted.conversationId, agentId, script, authorization);
      const played = new ConversationSocket(accepted, conversation, this.settings);
      this.sockets.add(played);
      accepted.once('close', () => {
        this.sockets.delete(played);
        this.postCall.follow(conversation);
      });
      this.conversations.push(conversation);
      void played.run();
      for (const look of this.opened) look();
    });
  }

  /** Who may open a socket, or the HTTP status of the refusal. */
  private admit(url: URL): Admission | number {
    const agentId = url.searchParams.get('agent_id') ?? '';
    const signature = url.searchParams.get('conversation_signature');
    const script = this.workspace.scriptOf(agentId);
    if (url.pathname !== CONVERSATION_PATH || agentId === '' || !script) return 404;
    if (script.faults?.handshakeStatus !== undefined) return script.faults.handshakeStatus;
    if (signature === null) {
      if (this.settings.requireSignedUrl) return 403;
      return { agentId, script, conversationId: conversationId(), authorization: 'public' };
    }
    const redeemed = this.signedUrls.redeem(agentId, signature);
    if (!redeemed.ok) {
      this.settings.observe({
        atMs: performance.now(),
        by: 'elevenlabs',
        call: '',
        what: 'refused',
        detail: { agentId, because: redeemed.because },
      });
      return 403;
    }
    return {
      agentId,
      script,
      conversationId: redeemed.conversationId ?? conversationId(),
      authorization: 'signed_url',
    };
  }
}
