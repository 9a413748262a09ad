/**
 * Tells whoever listens what became of a call, in the order in which it happened. A listener that throws harms nobody else.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { BridgeFact } from '../core/bridge/bridge-facts.js';
import type { Call } from '../core/call/call.js';
import type { CallEvent } from '../core/call/call-machine.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';

export type CallNews =
  | { readonly type: 'created'; readonly call: Call }
  | { readonly type: 'changed'; readonly call: Call; readonly before: Call; readonly event: CallEvent }
  /** Its replica is gone, and this one answers for it now. */
  | { readonly type: 'adopted'; readonly call: Call }
  /** Another replica changed it, or something was missed: the record as it is now. What it told is told over there. */
  | { readonly type: 'refreshed'; readonly call: Call; readonly before: Call }
  /** The fact was late, doubled or out of order and changed nothing. */
  | { readonly type: 'ignored'; readonly call: Call; readonly event: CallEvent }
  /** Something was said or done in the conversation. */
  | { readonly type: 'conversation'; readonly callId: CallId; readonly fact: BridgeFact };

export type CallListener = (news: CallNews) => void;

@Injectable()
export class CallFeed {
  private readonly listeners = new Set<CallListener>();

  constructor(@Inject(APP_LOGGER) private readonly logger: AppLogger) {}

  /** @returns what stops it. */
  subscribe(listener: CallListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(news: CallNews): void {
    for (const listener of this.listeners) {
      try {
        listener(news);
      } catch (error) {
        this.logger.error({ err: error, news: news.type }, 'a listener of the call feed failed');
      }
    }
  }
}
