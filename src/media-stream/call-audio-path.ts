/**
 * Nest's WebSocket adapter matches paths exactly, and live audio has the id of its call in the path: the request is rewritten to the
 * gateway's path, and which call it asked for is remembered beside it.
 */
import type { IncomingMessage } from 'node:http';

export const CALL_AUDIO_PATH = '/call-audio';

const asked = new WeakMap<IncomingMessage, string>();

/** To be called before the adapter's own listener. Leaves other paths alone, and turns the gateway's own name away. */
export function rewriteCallAudioPath(request: IncomingMessage): void {
  const url = request.url ?? '';
  const id = /^\/calls\/([\w-]{1,100})\/audio\/?(?:\?.*)?$/.exec(url)?.[1];
  if (id !== undefined) {
    asked.set(request, id);
    request.url = CALL_AUDIO_PATH;
  } else if (url.split('?', 1)[0] === CALL_AUDIO_PATH) request.url = '/';
}

export function askedCallAudio(request: IncomingMessage): string | undefined {
  return asked.get(request);
}
