/**
 * Conversations that are over, by ElevenLabs' REST, behind the `Conversations` port.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Conversations, type ConversationReport } from '../core/cost/conversations.js';
import { CordboardError } from '../core/errors.js';
import { reportOf } from './conversation-report.js';

/** The record of a long conversation is large, and nobody waits for it. */
const REQUEST_TIMEOUT_MS = 15_000;

@Injectable()
export class ElevenLabsConversations extends Conversations {
  constructor(private readonly environment: Environment) {
    super();
  }

  async find(conversationId: string): Promise<ConversationReport | undefined> {
    const { status, body } = await this.ask('GET', conversationId);
    if (status === 404) return undefined;
    const report = reportOf(body);
    if (report) return report;
    throw new CordboardError(
      'agent-unreachable',
      'ElevenLabs answered with something else than a conversation.',
    );
  }

  async remove(conversationId: string): Promise<void> {
    await this.ask('DELETE', conversationId);
  }

  private async ask(
    method: 'GET' | 'DELETE',
    conversationId: string,
  ): Promise<{ status: number; body: unknown }> {
    const base = `${this.environment.ELEVENLABS_API_URL}/v1/convai/conversations`;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(`${base}/${encodeURIComponent(conversationId)}`, {
        method,
        headers: { 'xi-api-key': this.environment.ELEVENLABS_API_KEY },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      body = await response.json().catch(() => undefined);
    } catch {
      throw new CordboardError('agent-unreachable', 'ElevenLabs did not answer about a conversation.');
    }
    if (!response.ok && response.status !== 404) throw refusal(response.status);
    return { status: response.status, body };
  }
}

function refusal(status: number): CordboardError {
  return new CordboardError(
    status === 401 || status === 403 ? 'agent-unauthorized' : 'agent-unreachable',
    `ElevenLabs answered ${status} about a conversation.`,
  );
}
