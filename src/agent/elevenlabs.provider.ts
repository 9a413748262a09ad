/**
 * Opens conversations with ElevenLabs agents: a signed URL, then the socket; once more with a fresh URL where the network
 * failed before anything was said.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Environment } from '../config/environment.js';
import { AgentProvider, type AgentEvents, type AgentLeg } from '../core/bridge/legs.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { textSocketOf, webSocketClass } from '../sockets/framed-web-socket.js';
import type { SocketTransport } from '../sockets/text-socket.js';
import { codeOfStatus } from './agent-ending.js';
import { AGENT_SOCKET_LIMITS } from './agent-socket-limits.js';
import { ElevenLabsLeg } from './elevenlabs.leg.js';
import { SignedUrls } from './signed-urls.js';
import { WarmConnections } from './warm-connections.js';

const MAX_TRIES = 2;

interface Opening {
  readonly transport: SocketTransport;
  /** A connection that is there already, or on its way. */
  readonly warm: Socket | undefined;
}

@Injectable()
export class ElevenLabsProvider extends AgentProvider {
  constructor(
    private readonly urls: SignedUrls,
    private readonly connections: WarmConnections,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly environment: Environment,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    super();
  }

  prepare(callId: string, agentId: string): Promise<void> {
    return this.urls.prepare(callId, agentId);
  }

  expect(callId: string, agentId: string): void {
    this.urls.of(callId, agentId).then(
      (url) => this.connections.warm(callId, url),
      () => undefined,
    );
  }

  forget(callId: string): void {
    this.connections.forget(callId);
    this.urls.forget(callId);
  }

  open(callId: string, agentId: string, events: AgentEvents): AgentLeg {
    const leg = new ElevenLabsLeg({
      clock: this.clock,
      limits: AGENT_SOCKET_LIMITS,
      events,
      odd: (kind) => this.metrics.wireOddities.inc({ vendor: 'elevenlabs', kind }),
    });
    this.connect(leg, callId, agentId).catch((error: unknown) => {
      const known = error instanceof CordboardError ? error : new CordboardError('internal');
      if (known !== error) this.logger.error({ callId, err: error }, 'opening the agent failed');
      leg.fail({ code: known.code, detail: known.detail });
    });
    return leg;
  }

  private async connect(leg: ElevenLabsLeg, callId: string, agentId: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const url = await this.urls.of(callId, agentId);
      if (leg.isOver) {
        this.urls.forget(callId);
        return;
      }
      try {
        await openSocket(url, leg, {
          transport: this.environment.SOCKET_TRANSPORT,
          warm: this.connections.take(callId, url),
        });
        return;
      } catch (error) {
        this.urls.forget(callId);
        const passing = error instanceof CordboardError && error.code === 'agent-unreachable';
        if (!passing || tries === MAX_TRIES) throw error;
      }
    }
  }
}

/**
 * Attaches the leg in the very tick of the opening, before the first message can be read.
 * @throws CordboardError by the status of the handshake, or `agent-unreachable`.
 */
function openSocket(url: string, leg: ElevenLabsLeg, { transport, warm }: Opening): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new (webSocketClass(transport))(url, {
      ...(warm ? { createConnection: () => warm } : {}),
      perMessageDeflate: false,
      maxPayload: AGENT_SOCKET_LIMITS.maxMessageBytes,
      handshakeTimeout: AGENT_SOCKET_LIMITS.handshakeTimeoutMs,
    });
    socket.once('open', () => {
      leg.attach(textSocketOf(socket));
      resolve();
    });
    // Stays for the life of the socket: after the opening an error is followed by `close`, which tells enough.
    socket.on('error', () => {
      reject(new CordboardError('agent-unreachable', 'The socket to ElevenLabs could not be opened.'));
    });
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      const status = response.statusCode ?? 0;
      reject(
        new CordboardError(
          codeOfStatus(status),
          `ElevenLabs answered ${status} to the opening of the socket.`,
        ),
      );
      request.destroy();
    });
  });
}
