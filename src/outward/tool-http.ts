/**
 * HTTP for tools. A model chooses what a tool is asked for, and a caller chooses what the model hears, so an address that either of
 * them has a part in must not lead into this network: not by its name, not by a name that resolves differently the second time, and
 * not by a redirect. One pool of connections for all calls.
 */
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request } from 'undici';
import { hostOf, isPublicAddress } from './address-rules.js';
import { lookupPublic, PRIVATE_ADDRESS } from './guarded-lookup.js';

export interface ToolRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The tool's own: aborted when its time is up or the call ends. */
  readonly signal: AbortSignal;
  /**
   * Addresses that an operator or the code has named, such as that of a stock service next door: their origins may be private. Never
   * one that came from a model or a caller.
   */
  readonly trusts?: readonly string[];
}

export interface ToolResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The address, or one that it was redirected to, may not be asked. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
}

const MAX_REDIRECTS = 3;
/** An agent is told 16,000 characters of a result at most. */
const MAX_ANSWER_BYTES = 1_048_576;
/** Waits before a GET is asked again: what changes something is asked once. */
const PAUSES_MS = [150, 300];
const LONGEST_PAUSE_MS = 1000;
const STUMBLES = new Set([429, 500, 502, 503, 504]);
const POOL = { connections: 32, keepAliveTimeout: 30_000, maxResponseSize: MAX_ANSWER_BYTES };
/** All that another origin is told: nobody can list the headers that hold a secret. */
const FOR_ANYBODY = /^(accept|accept-language|user-agent)$/i;

@Injectable()
export class ToolHttp implements OnApplicationShutdown {
  private readonly open = new Agent(POOL);
  private readonly guarded = new Agent({ ...POOL, connect: { lookup: lookupPublic } });

  /** Not earlier: calls that are drained still ask. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.open.close(), this.guarded.close()]);
  }

  /**
   * Asks; a GET again where the other side stumbles (429 and 5xx, a connection that breaks), twice at most, then the last answer counts.
   * Follows up to three redirects of a GET, each under the same rules.
   * @throws RefusedAddressError, and whatever the connection comes to.
   */
  async request(address: string | URL, asked: ToolRequest): Promise<ToolResponse> {
    const trusted = new Set((asked.trusts ?? []).map((one) => new URL(one).origin));
    const first = new URL(address);
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.ask(url, asked, trusted.has(url.origin), url.origin === first.origin);
      const next = redirectOf(answer, asked, url);
      if (!next) return answer;
      if (hops === MAX_REDIRECTS) throw new RefusedAddressError('The address was redirected too often.');
      url = next;
    }
  }

  private async ask(
    url: URL,
    { method = 'GET', headers = {}, body, signal }: ToolRequest,
    isTrusted: boolean,
    isFirst: boolean,
  ): Promise<ToolResponse> {
    if (!isTrusted) refuseUnlessPublic(url);
    const sent = isFirst
      ? headers
      : Object.fromEntries(Object.entries(headers).filter(([name]) => FOR_ANYBODY.test(name)));
    const dispatcher = isTrusted ? this.open : this.guarded;
    return patiently(method === 'GET' ? PAUSES_MS : [], signal, async () => {
      const answer = await request(url, { dispatcher, method, headers: sent, signal, body: body ?? null });
      // Read to the end, so that the connection can be used again.
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    });
  }
}

/** Not `undici`'s own retry, which keeps the last answer from the tool, or gives up its connection for it. */
async function patiently(
  pauses: readonly number[],
  signal: AbortSignal,
  ask: () => Promise<ToolResponse>,
): Promise<ToolResponse> {
  const [pauseMs, ...rest] = pauses;
  if (pauseMs === undefined) return ask();
  let waitMs = pauseMs;
  try {
    const answer = await ask();
    if (!STUMBLES.has(answer.status)) return answer;
    const seconds = Number(answer.headers['retry-after'] ?? 0);
    if (seconds > 0) waitMs = Math.min(seconds * 1000, LONGEST_PAUSE_MS);
  } catch (error) {
    if (signal.aborted || isOurRefusal(error)) throw error;
  }
  await setTimeout(waitMs, undefined, { signal });
  return patiently(rest, signal, ask);
}

/** Of an address, or of an answer that is too long: the next would be too. */
function isOurRefusal(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === PRIVATE_ADDRESS || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
}

/** Names are looked at when they are resolved; a literal address never is, so it is looked at here. */
function refuseUnlessPublic(url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new RefusedAddressError('Only http and https are asked.');
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isPublicAddress(host))
    throw new RefusedAddressError('The address is private, loopback or link-local.');
}

function redirectOf(
  { status, headers }: ToolResponse,
  { method = 'GET' }: ToolRequest,
  url: URL,
): URL | undefined {
  const { location } = headers;
  const isRedirect = method === 'GET' && [301, 302, 303, 307, 308].includes(status);
  return isRedirect && typeof location === 'string' && URL.canParse(location, url.href)
    ? new URL(location, url)
    : undefined;
}
