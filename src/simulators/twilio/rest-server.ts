/**
 * The HTTP server of the simulator: reads requests, lets the asked-for faults strike, writes answers. What a request means is
 * decided by the REST API and by the control routes that are handed in.
 */
import http from 'node:http';
import { readRange } from './byte-range.js';
import { newSid } from './sid.js';
import { RestError } from './rest-error.js';
import type { RestApi } from './rest-api.js';
import type { RestFault, RestFaults } from './rest-faults.js';
import type { RestAnswer, RestRequest } from './rest-message.js';
import { routeOf } from './rest-routes.js';

const LONGEST_BODY_BYTES = 1024 * 1024;

/** Answers paths outside of Twilio's, or undefined when the path is not one of them. */
export type ControlRoutes = (request: RestRequest) => Promise<RestAnswer | undefined>;

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > LONGEST_BODY_BYTES) throw new RestError(20001, 'the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function closed(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
  });
}

/** @throws RestError for the faults that answer */
function refuse(fault: RestFault | undefined): void {
  if (fault === 'too-many-requests') throw new RestError(20429, 'too many requests at once');
  if (fault === 'server-error') throw new RestError(20500, 'an internal error, as asked for');
  if (fault === 'unavailable') throw new RestError(20503, 'not available, as asked for');
}

/** @param range the header of the request, where a part of the bytes may be asked for */
function writeBytes(response: http.ServerResponse, status: number, bytes: Buffer, range?: string): void {
  const part = readRange(range, bytes.length);
  if (part === undefined) {
    response.statusCode = status;
    response.end(bytes);
  } else if (part === 'outside') {
    response.statusCode = 416;
    response.setHeader('content-range', `bytes */${bytes.length}`);
    response.end();
  } else {
    const { first, last } = part;
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${first}-${last}/${bytes.length}`);
    response.end(bytes.subarray(first, last + 1));
  }
}

function write(response: http.ServerResponse, answer: RestAnswer, range?: string): void {
  const { status, body, type = 'audio/wav', takesRanges = false } = answer;
  response.setHeader('twilio-request-id', newSid('RQ'));
  if (Buffer.isBuffer(body)) {
    response.setHeader('content-type', type);
    if (takesRanges) response.setHeader('accept-ranges', 'bytes');
    writeBytes(response, status, body, takesRanges ? range : undefined);
    return;
  }
  response.statusCode = status;
  if (body !== undefined) response.setHeader('content-type', 'application/json');
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export class RestServer {
  private readonly server: http.Server;
  private concurrent = 0;

  constructor(
    private readonly api: RestApi,
    private readonly faults: RestFaults,
    private readonly control: ControlRoutes,
  ) {
    this.server = http.createServer((request, response) => {
      this.concurrent += 1;
      response.once('close', () => {
        this.concurrent -= 1;
      });
      this.answer(request, response).catch((error: unknown) => this.fail(response, error));
    });
  }

  /** @returns the port that was taken */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://simulator');
    const request: RestRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: await readBody(incoming),
    };
    const controlled = await this.control(request);
    if (controlled) {
      write(response, controlled);
      return;
    }
    const route = routeOf(request.method, request.path);
    this.api.authorise(incoming.headers.authorization, route.accountSid);
    const fault = this.faults.strike(route.action);
    if (fault === 'hangs') return;
    if (fault === 'refused') {
      response.destroy();
      return;
    }
    refuse(fault);
    // Nobody waits for an answer that never comes, and so the call does not either.
    const answered = fault === 'carried-out-hangs' ? Promise.resolve() : closed(response);
    const answer = this.api.perform(route, request, answered);
    if (fault === 'carried-out-hangs') return;
    if (fault === 'carried-out-unanswered') {
      response.destroy();
      return;
    }
    response.setHeader('twilio-concurrent-requests', String(this.concurrent));
    write(response, answer, incoming.headers.range);
  }

  private fail(response: http.ServerResponse, error: unknown): void {
    const known = error instanceof RestError ? error : new RestError(20500, String(error));
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (known.code === 20003) response.setHeader('www-authenticate', 'Basic realm="Twilio API"');
    write(response, { status: known.status, body: known.body });
  }
}
