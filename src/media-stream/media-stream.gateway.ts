/**
 * Takes Twilio's media sockets and hands them on. After the handshake nothing of Nest touches a frame.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { VerifyClientCallbackAsync, WebSocket, WebSocketServer } from 'ws';
import { Environment } from '../config/environment.js';
import { Recorders } from '../recordings/recorders.js';
import { textSocketOf, webSocketClass } from '../sockets/framed-web-socket.js';
import { BridgeOpener } from './bridge-opener.js';
import { refusalStatus, StreamDoor } from './stream-door.js';
import { STREAM_PATH } from './stream-path.js';

@WebSocketGateway({ path: STREAM_PATH, perMessageDeflate: false })
export class MediaStreamGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly door: StreamDoor,
    private readonly opener: BridgeOpener,
    private readonly recorders: Recorders,
    private readonly environment: Environment,
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
    server.options.WebSocket = webSocketClass(this.environment.SOCKET_TRANSPORT);
    server.options.maxPayload = this.environment.MAX_STREAM_MESSAGE_BYTES;
  }

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    const admitted = this.door.take(request);
    if (admitted) this.opener.open(textSocketOf(socket), admitted, this.recorders.tapFor(admitted.call));
    else socket.terminate();
  }
}
