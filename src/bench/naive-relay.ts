/**
 * What nearly every public sample does: `ws` on both sides, JSON.parse and JSON.stringify of each message, and nothing else - no
 * signature, no record, no ledger. What our relay is compared with. A process of its own; its address comes as the first argument.
 */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { listenForParent } from './listening.js';

const agentUrl = process.argv[2] ?? '';
const server = createServer();
const sockets = new WebSocketServer({ server });

interface FromTwilio {
  readonly event: string;
  readonly start?: { readonly streamSid: string };
  readonly media?: { readonly payload: string };
}

interface FromAgent {
  readonly type: string;
  readonly audio_event?: { readonly audio_base_64: string };
  readonly ping_event?: { readonly event_id: number };
}

sockets.on('connection', (caller) => {
  const agent = new WebSocket(agentUrl);
  let streamSid = '';
  caller.on('message', (frame: Buffer) => {
    const message: FromTwilio = JSON.parse(frame.toString());
    if (message.event === 'start') streamSid = message.start?.streamSid ?? '';
    if (message.event !== 'media' || agent.readyState !== WebSocket.OPEN) return;
    agent.send(JSON.stringify({ user_audio_chunk: message.media?.payload }));
  });
  agent.on('message', (frame: Buffer) => {
    const message: FromAgent = JSON.parse(frame.toString());
    if (message.type === 'audio')
      caller.send(
        JSON.stringify({ event: 'media', streamSid, media: { payload: message.audio_event?.audio_base_64 } }),
      );
    else if (message.type === 'ping')
      agent.send(JSON.stringify({ type: 'pong', event_id: message.ping_event?.event_id }));
  });
  caller.on('close', () => agent.terminate());
  agent.on('close', () => caller.terminate());
  agent.on('error', () => caller.terminate());
  caller.on('error', () => agent.terminate());
});

listenForParent(server);
