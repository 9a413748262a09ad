/**
 * Signed URLs of ElevenLabs, fetched while the phone rings and kept for the call. Never logged: whoever holds one can talk to
 * the agent at our cost. Siblings of the same machine lend each other theirs, because the media of a call may come to any of them.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { Siblings, type Tip } from '../ops/siblings.js';
import { isObject, optionalString } from '../protocol/decoding.js';
import { codeOfStatus } from './agent-ending.js';

/** ElevenLabs lets a conversation start within 15 minutes; a ringing phone uses up to ten of them. */
const FRESH_MS = 13 * 60_000;
const REQUEST_TIMEOUT_MS = 5000;
const MAX_TRIES = 3;
const FIRST_BACKOFF_MS = 200;
/** Asking again cannot help. */
const LASTING = new Set(['agent-unauthorized', 'agent-not-found', 'agent-quota']);

/** Topics among siblings. */
const READY = 'signed-url';
const GONE = 'signed-url-gone';

interface Kept {
  readonly url: Promise<string>;
  readonly fetchedAt: number;
  /** A sibling fetched it. */
  readonly isLent?: boolean;
}

@Injectable()
export class SignedUrls {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
    private readonly siblings: Siblings,
  ) {
    siblings.onTip(READY, (tip) => this.borrow(tip));
    siblings.onTip(GONE, ({ callId }) => void this.kept.delete(String(callId)));
  }

  /** @throws CordboardError only for what will not pass: refused key, unknown agent, quota. */
  async prepare(callId: string, agentId: string): Promise<void> {
    try {
      const url = await this.of(callId, agentId);
      // The media stream may come to any of them.
      this.siblings.tell(READY, { callId, url, fetchedAt: this.clock.now() });
    } catch (error) {
      this.kept.delete(callId);
      if (error instanceof CordboardError && LASTING.has(error.code)) throw error;
    }
  }

  /** The URL of a call, from what was prepared or anew. @throws CordboardError */
  of(callId: string, agentId: string): Promise<string> {
    const kept = this.kept.get(callId);
    if (kept && this.clock.now() - kept.fetchedAt < FRESH_MS) return kept.url;
    const url = this.fetchPatiently(agentId);
    url.catch(() => this.kept.delete(callId));
    this.kept.set(callId, { url, fetchedAt: this.clock.now() });
    return url;
  }

  forget(callId: string): void {
    const kept = this.kept.get(callId);
    if (!kept) return;
    this.kept.delete(callId);
    if (!kept.isLent) this.siblings.tell(GONE, { callId });
  }

  /** What a sibling that died meanwhile never took back is of no use after a while. */
  private borrow({ callId, url, fetchedAt }: Tip): void {
    const now = this.clock.now();
    for (const [id, kept] of this.kept)
      if (kept.isLent && now - kept.fetchedAt > FRESH_MS) this.kept.delete(id);
    if (this.kept.has(String(callId))) return;
    this.kept.set(String(callId), {
      url: Promise.resolve(String(url)),
      fetchedAt: Number(fetchedAt),
      isLent: true,
    });
  }

  private async fetchPatiently(agentId: string): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.fetchOnce(agentId);
      } catch (error) {
        const lasting = error instanceof CordboardError && LASTING.has(error.code);
        if (lasting || tries === MAX_TRIES) throw error;
        const ms = FIRST_BACKOFF_MS * 2 ** tries * Math.random();
        await new Promise<void>((resolve) => void this.clock.after(ms, resolve));
      }
    }
  }

  private async fetchOnce(agentId: string): Promise<string> {
    const address = new URL(`${this.environment.ELEVENLABS_API_URL}/v1/convai/conversation/get-signed-url`);
    address.searchParams.set('agent_id', agentId);
    let response: Response;
    try {
      response = await fetch(address, {
        headers: { 'xi-api-key': this.environment.ELEVENLABS_API_KEY },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch {
      throw new CordboardError(
        'agent-unreachable',
        'ElevenLabs did not answer the request for a signed URL.',
      );
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusal(response.status, body);
    const url = isObject(body) ? optionalString(body, 'signed_url') : undefined;
    if (url === undefined)
      throw new CordboardError('agent-unreachable', 'ElevenLabs answered without a signed URL.');
    return url;
  }
}

/** `{"detail": {"status", "message"}}`, or a list under `detail` for a malformed request. */
function refusal(status: number, body: unknown): CordboardError {
  const detail = isObject(body) && isObject(body['detail']) ? body['detail'] : {};
  const named = optionalString(detail, 'status');
  const code = named === 'quota_exceeded' ? 'agent-quota' : codeOfStatus(status);
  return new CordboardError(
    code,
    `ElevenLabs answered ${status}${named === undefined ? '' : ` (${named})`} to the request for a signed URL.`,
  );
}
