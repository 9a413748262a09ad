/**
 * Nest's adapter for `ws`, with three differences: the path of a stream may carry its token, a path that leads nowhere is answered, and
 * the frames of a gateway without message handlers are left alone. The stock adapter parses every frame for nothing, through RxJS.
 */
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { rewriteCallAudioPath } from './call-audio-path.js';
import { rewriteStreamPath } from './stream-path.js';

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export class RawFramesWsAdapter extends WsAdapter {
  constructor(app: INestApplication) {
    super(app);
    const server: Server = app.getHttpServer();
    server.prependListener('upgrade', (request, socket) => {
      rewriteStreamPath(request);
      rewriteCallAudioPath(request);
      if (!this.leadsSomewhere(request.url ?? '')) socket.write(NOT_FOUND);
    });
  }

  /** The stock adapter closes what leads nowhere without a word, and then nobody knows whether a proxy or the service did. */
  private leadsSomewhere(url: string): boolean {
    const path = url.split('?', 1)[0];
    return [...this.wsServersRegistry.values()].flat().some((server) => server.path === path);
  }

  override bindMessageHandlers(...binding: Parameters<WsAdapter['bindMessageHandlers']>): void {
    const [, handlers] = binding;
    if (handlers.length > 0) super.bindMessageHandlers(...binding);
  }
}
