/**
 * The HTTP server of the simulator: reads requests, lets the asked-for faults strike, writes answers. What a request means is
 * decided by the REST API and by the control routes that are handed in.
 */
import http from 'node:http';
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

/** @throws RestError for the faults that answer */
function refuse(fault: RestFault | undefined): void {
  if (fault === 'too-many-requests') throw new RestError(20429, 'too many requests at once');
  if (fault === 'server-error') throw new RestError(20500, 'an internal error, as asked for');
  if (fault === 'unavailable') throw new RestError(20503, 'not available, as asked for');
}

function write(response: http.ServerResponse, { status, body, type = 'audio/wav' }: RestAnswer): void {
  const isBinary = Buffer.isBuffer(body);
  response.statusCode = status;
  response.setHeader('twilio-request-id', newSid('RQ'));
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('content-type', isBinary ? type : 'application/json');
  response.end(isBinary ? body : JSON.stringify(body));
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
    const answered = new Promise<void>((resolve) => {
      response.once('close', resolve);
    });
    const answer = this.api.perform(route, request, answered);
    if (fault === 'carried-out-unanswered') response.destroy();
    else {
      response.setHeader('twilio-concurrent-requests', String(this.concurrent));
      write(response, answer);
    }
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
