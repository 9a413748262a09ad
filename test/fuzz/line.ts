/**
 * A media stream that was opened rightfully, and what its caller's side sends.
 */
import type { WebSocket } from 'ws';
import type { Talk } from './stand-in-agent.js';

export interface Line {
  readonly socket: WebSocket;
  readonly talk: Talk;
  readonly callSid: string;
  readonly streamSid: string;
  /** Text frames that came from the service. */
  readonly received: string[];
  readonly isOver: () => boolean;
}

export function mediaOf(streamSid: string, chunk: number, payload: Buffer): string {
  return JSON.stringify({
    event: 'media',
    sequenceNumber: String(chunk + 1),
    streamSid,
    media: {
      track: 'inbound',
      chunk: String(chunk),
      timestamp: String(chunk * 20),
      payload: payload.toString('base64'),
    },
  });
}
