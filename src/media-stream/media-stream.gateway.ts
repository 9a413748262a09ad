/**
 * Takes Twilio's media sockets and hands them on. After the handshake nothing of Nest touches a frame.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { VerifyClientCallbackAsync, WebSocket, WebSocketServer } from 'ws';
import { Recorders } from '../recordings/recorders.js';
import { BridgeOpener } from './bridge-opener.js';
import { refusalStatus, StreamDoor } from './stream-door.js';
import { STREAM_PATH } from './stream-path.js';

/** Twilio's frames have about 400 bytes, its start message at most 64 kB of parameters. */
const MAX_FRAME_BYTES = 128 * 1024;

@WebSocketGateway({ path: STREAM_PATH, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES })
export class MediaStreamGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly door: StreamDoor,
    private readonly opener: BridgeOpener,
    private readonly recorders: Recorders,
  ) {}

  afterInit(server: WebSocketServer): void {
    const verify: VerifyClientCallbackAsync = ({ req }, done) => {
      this.door.check(req).then(
        (refusal) => {
          if (!refusal) {
            done(true);
            return;
          }
          const { status, title } = refusalStatus(refusal);
          done(false, status, title);
        },
        () => done(false, 500, 'Internal error'),
      );
    };
    server.options.verifyClient = verify;
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const admitted = this.door.take(request);
    if (admitted) this.opener.open(socket, admitted, this.recorders.tapFor(admitted.call));
    else socket.terminate();
  }
}
