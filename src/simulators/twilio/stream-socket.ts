/**
 * The WebSocket of a stream as Twilio opens it: signed upgrade, no subprotocol, no extensions, and the outcome in Twilio's error
 * codes. It knows nothing of what is said over it.
 */
import { WebSocket } from 'ws';
import { twilioSignature } from './signature.js';
import { StreamFailed, type StreamAddress } from './stream-address.js';

/** How long Twilio waits for the 101 is undocumented; its limit for other requests is taken. */
const HANDSHAKE_LIMIT_MS = 15_000;

const CODES: Readonly<Record<string, number>> = {
  ECONNREFUSED: 31902,
  ECONNRESET: 31903,
  EPIPE: 31903,
  EHOSTUNREACH: 31904,
  ENETUNREACH: 31904,
  ENOTFOUND: 31904,
};

/** The entry of the error log for an error of the socket. */
export function streamErrorCode(error: Error): number {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('WS_ERR')) return 31924;
  if (/^ERR_(?:SSL|TLS)|CERT|^EPROTO$/.test(code)) return 31910;
  if (/handshake has timed out/i.test(error.message)) return 31901;
  return CODES[code] ?? 31900;
}

/** Headers as two independent captures of live upgrades show them. */
export function openStreamSocket(address: StreamAddress, authToken: string): WebSocket {
  return new WebSocket(address.target, {
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_LIMIT_MS,
    headers: {
      host: address.host,
      'user-agent': 'Twilio.TmeWs/1.0',
      'accept-encoding': 'gzip',
      'x-twilio-signature': twilioSignature(authToken, address.url),
    },
  });
}

/** Resolves when the upgrade was accepted. @throws StreamFailed */
export function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new StreamFailed(31920, `the handshake was answered with ${response.statusCode}`));
    });
    // Also fires after the two above and during the stream; a rejection after the first outcome is ignored.
    socket.on('error', (error) => reject(new StreamFailed(streamErrorCode(error), error.message)));
    socket.once('close', () => reject(new StreamFailed(31901, 'closed before it was open')));
  });
}
