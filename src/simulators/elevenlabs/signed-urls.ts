/**
 * Signed URLs: made for a REST call, checked at the socket's handshake. Valid for a time to start any number of
 * conversations, or for one if a conversation id was asked for (both documented by the vendor).
 */
import { conversationId, conversationSignature } from './ids.js';

interface Grant {
  readonly agentId: string;
  readonly validUntilMs: number;
  /** Given with `include_conversation_id`; such a signature works once. */
  readonly conversationId: string | undefined;
  used: boolean;
}

export const CONVERSATION_PATH = '/v1/convai/conversation';

export type Redeemed =
  | { readonly ok: true; readonly conversationId: string | undefined }
  | { readonly ok: false; readonly because: string };

export class SignedUrls {
  private readonly grants = new Map<string, Grant>();

  constructor(private readonly lifetimeMs: number) {}

  /** @param authority host and port, as the client reached us */
  issue(agentId: string, authority: string, withConversationId: boolean): string {
    const now = performance.now();
    for (const [signature, grant] of this.grants) if (grant.validUntilMs < now) this.grants.delete(signature);
    const signature = conversationSignature();
    const id = withConversationId ? conversationId() : undefined;
    this.grants.set(signature, {
      agentId,
      validUntilMs: now + this.lifetimeMs,
      conversationId: id,
      used: false,
    });
    const query = new URLSearchParams({ agent_id: agentId, conversation_signature: signature });
    if (id !== undefined) query.set('conversation_id', id);
    return `ws://${authority}${CONVERSATION_PATH}?${query.toString()}`;
  }

  redeem(agentId: string, signature: string): Redeemed {
    const grant = this.grants.get(signature);
    if (!grant || grant.agentId !== agentId) return { ok: false, because: 'unknown signature' };
    if (grant.validUntilMs < performance.now()) return { ok: false, because: 'expired signature' };
    if (grant.conversationId !== undefined && grant.used)
      return { ok: false, because: 'signature used before' };
    grant.used = true;
    return { ok: true, conversationId: grant.conversationId };
  }
}
