/**
 * Connections to ElevenLabs that are made while Twilio still opens the stream of a call that was answered: TCP and TLS take two ways
 * there and back that nobody then waits for. A conversation, which costs money, begins with the handshake of the WebSocket only.
 */
import { Injectable } from '@nestjs/common';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { Clock, type Cancel } from '../core/clock.js';

/** Twilio opens the stream within a second, or never. Servers close what is idle for longer. */
const KEPT_MS = 8000;

interface Warm {
  readonly socket: Socket;
  readonly origin: string;
  readonly cancel: Cancel;
}

@Injectable()
export class WarmConnections {
  private readonly kept = new Map<string, Warm>();

  constructor(private readonly clock: Clock) {}

  /** Nothing comes of it where that fails: opening the agent then connects by itself, and says what is wrong. */
  warm(callId: string, url: string): void {
    if (this.kept.has(callId)) return;
    const { origin, hostname, protocol, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const isSecure = protocol === 'wss:';
    const where = { host, port: Number(port || (isSecure ? 443 : 80)) };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isSecure ? connectSecurely({ ...where, ...name }) : connect(where);
    const cancel = this.clock.after(KEPT_MS, () => this.forget(callId));
    this.kept.set(callId, { socket, origin, cancel });
    const gone = (): void => {
      if (this.kept.get(callId)?.socket === socket) this.forget(callId);
    };
    // Also after it was taken, when somebody else listens too.
    socket.on('error', gone);
    socket.once('close', gone);
  }

  /** The connection of a call, once: it may still be on its way. */
  take(callId: string, url: string): Socket | undefined {
    const warm = this.kept.get(callId);
    if (!warm) return undefined;
    this.kept.delete(callId);
    warm.cancel();
    if (warm.origin === new URL(url).origin && !warm.socket.destroyed) return warm.socket;
    warm.socket.destroy();
    return undefined;
  }

  forget(callId: string): void {
    const warm = this.kept.get(callId);
    if (!warm) return;
    this.kept.delete(callId);
    warm.cancel();
    warm.socket.destroy();
  }
}
