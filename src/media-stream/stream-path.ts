/**
 * Nest's WebSocket adapter matches paths exactly, and Twilio's streams carry their token in the path: the request is rewritten
 * to the gateway's path, and what it asked for is remembered beside it.
 */
import type { IncomingMessage } from 'node:http';

export const STREAM_PATH = '/stream';

export interface AskedStream {
  /** Path and query exactly as received: this is what Twilio signed. */
  readonly url: string;
  readonly token: string;
  readonly query: Readonly<Record<string, string>>;
}

const asked = new WeakMap<IncomingMessage, AskedStream>();

/** To be called before the adapter's own listener. Leaves other paths alone. */
export function rewriteStreamPath(request: IncomingMessage): void {
  const url = request.url ?? '';
  const match = /^\/stream(?:\/([^/?#]*))?\/?(\?.*)?$/.exec(url);
  if (!match) return;
  const query = Object.fromEntries(new URLSearchParams(match[2] ?? ''));
  asked.set(request, { url, token: match[1] ?? '', query });
  request.url = STREAM_PATH;
}

export function askedStream(request: IncomingMessage): AskedStream | undefined {
  return asked.get(request);
}
