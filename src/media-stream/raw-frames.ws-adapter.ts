/**
 * Nest's adapter for `ws`, with two differences: the path of a stream may carry its token, and the frames of a gateway without
 * message handlers are left alone. The stock adapter parses every frame for nothing, through RxJS.
 */
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { rewriteStreamPath } from './stream-path.js';

export class RawFramesWsAdapter extends WsAdapter {
  constructor(app: INestApplication) {
    super(app);
    const server: Server = app.getHttpServer();
    server.prependListener('upgrade', rewriteStreamPath);
  }

  override bindMessageHandlers(...binding: Parameters<WsAdapter['bindMessageHandlers']>): void {
    const [, handlers] = binding;
    if (handlers.length > 0) super.bindMessageHandlers(...binding);
  }
}
