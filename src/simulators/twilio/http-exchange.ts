/**
 * One HTTP request as it leaves Twilio: the address byte for byte, limits for connecting and for the whole, a bounded answer. No retries,
 * no redirects, no signature; those belong to the sender of webhooks.
 */
import http from 'node:http';
import https from 'node:https';

/** TwiML may have 64 kB (error 11750). One byte more is read, so that the excess can be seen. */
export const LONGEST_ANSWER_BYTES = 64 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute, without fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connectMs: number;
  readonly totalMs: number;
  /** Where to connect to instead: `http://127.0.0.1:3000`. The request itself stays the same. */
  readonly connectTo?: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly location: string | undefined;
  readonly body: string;
}

export class HttpFailure extends Error {
  /** @param phase `ct` when no connection came about, `rt` when no answer came; the names of Twilio's retry policy */
  constructor(
    readonly phase: 'ct' | 'rt',
    message: string,
  ) {
    super(message);
    this.name = 'HttpFailure';
  }
}

/** Everything behind the authority, exactly as written: the WHATWG parser would re-encode it. */
function pathOf(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

async function read(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function open(request: HttpRequest, signal: AbortSignal): http.ClientRequest {
  const named = new URL(request.url);
  const target = request.connectTo === undefined ? named : new URL(request.connectTo);
  const send = target.protocol === 'https:' ? https.request : http.request;
  return send({
    hostname: target.hostname.replace(/^\[|\]$/g, ''),
    port: target.port,
    method: request.method,
    path: pathOf(request.url),
    headers: { host: named.host, ...request.headers },
    agent: false,
    auth: named.username === '' ? undefined : `${named.username}:${named.password}`,
    signal,
  });
}

function answerOf(outgoing: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** @throws HttpFailure when there is no complete answer in time */
export async function exchange(request: HttpRequest): Promise<HttpAnswer> {
  let phase: 'ct' | 'rt' = 'ct';
  const limit = new AbortController();
  const give = (why: string) => () => limit.abort(new Error(why));
  const total = setTimeout(give(`no answer in ${request.totalMs} ms`), request.totalMs);
  const connecting = setTimeout(give(`no connection in ${request.connectMs} ms`), request.connectMs);
  try {
    const outgoing = open(request, AbortSignal.any([limit.signal, request.signal]));
    outgoing.once('socket', (socket) =>
      socket.once('connect', () => {
        phase = 'rt';
        clearTimeout(connecting);
      }),
    );
    const response = await answerOf(outgoing, request.body);
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'],
      location: response.headers.location,
      body: await read(response),
    };
  } catch (error) {
    const cause: unknown = limit.signal.aborted ? limit.signal.reason : error;
    throw new HttpFailure(phase, cause instanceof Error ? cause.message : String(cause));
  } finally {
    clearTimeout(total);
    clearTimeout(connecting);
  }
}
