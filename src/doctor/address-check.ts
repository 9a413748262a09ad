/**
 * Looks whether PUBLIC_URL leads to this service as Twilio will use it: HTTP, signatures, WebSocket. Starts no call: the signed request
 * lacks Twilio's fields, and is answered with 400 behind the check of its signature.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Environment } from '../config/environment.js';
import { fault, ok, unknown, type Finding } from './finding.js';
import { ask } from './vendor-request.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const PROXY = 'let the proxy hand on path, query and body unchanged';

export async function checkAddress(environment: Environment): Promise<readonly Finding[]> {
  const { PUBLIC_URL: url } = environment;
  const { status } = await ask(`${url}/health/live`, {});
  if (status === 0) {
    const mend = 'start the service; look at DNS, certificate, tunnel and proxy of PUBLIC_URL';
    return [
      fault('public address', `no answer from ${url}`, mend),
      unknown('signature', 'needs the public address'),
      unknown('media socket', 'needs the public address'),
    ];
  }
  if (status !== 200)
    return [
      fault(
        'public address',
        `/health/live is answered with ${status}`,
        'let the proxy lead to this service',
      ),
    ];
  return [
    ok('public address', `${url} answers`),
    await signatureFinding(environment),
    await socketFinding(url),
  ];
}

/** Who accepts it has our auth token and our PUBLIC_URL: this deployment, and no other service. */
async function signatureFinding({ PUBLIC_URL, TWILIO_AUTH_TOKEN }: Environment): Promise<Finding> {
  const url = `${PUBLIC_URL}/twiml?doctor=1`;
  const sign = (token: string): string =>
    // Twilio's scheme: the address, then each field's name and value.
    createHmac('sha1', token).update(`${url}Doctor1`).digest('base64');
  const send = async (signature: string): Promise<number> => {
    const body = new URLSearchParams({ Doctor: '1' });
    const answer = await ask(url, { method: 'POST', headers: { 'x-twilio-signature': signature }, body });
    return answer.status;
  };
  const right = await send(sign(TWILIO_AUTH_TOKEN));
  const wrong = await send(sign(`${TWILIO_AUTH_TOKEN}x`));
  if (right === 403)
    return fault(
      'signature',
      'a right one is refused',
      `restart with this PUBLIC_URL and token, or ${PROXY}`,
    );
  if (right !== 400) return fault('signature', `POST /twiml is answered with ${right}`, PROXY);
  return wrong === 403
    ? ok('signature', 'a right one is accepted, a wrong one refused')
    : fault('signature', `a wrong one is answered with ${wrong}`, 'find out who answers at PUBLIC_URL');
}

async function socketFinding(publicUrl: string): Promise<Finding> {
  const status = await handshakeStatus(`${publicUrl}/stream/doctor`);
  return status === 401
    ? ok('media socket', 'reached, and closed to strangers')
    : fault(
        'media socket',
        status === 0 ? 'no answer to a WebSocket handshake' : `a handshake is answered with ${status}`,
        'let the proxy hand on WebSocket upgrades to /stream',
      );
}

/** 0: no answer. */
function handshakeStatus(url: string): Promise<number> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const request = send(url, { headers, timeout: HANDSHAKE_TIMEOUT_MS }, (response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    request.once('upgrade', () => {
      resolve(101);
      request.destroy();
    });
    request.once('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
    request.once('close', () => resolve(0));
    request.end();
  });
}
