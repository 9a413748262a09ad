/**
 * The agent's `ping` events: one at once, then one every interval, numbered from 0 (which careless clients take for "no
 * id"); measures what the pongs tell. An unanswered ping has no consequence, as far as is known of the real server.
 */
import type { AgentLine } from './agent-line.js';
import type { Alarms } from './alarms.js';
import type { SimulatedConversation } from './simulated-conversation.js';

export class Pinger {
  private readonly sentAtMs = new Map<number, number>();
  private nextId = 0;
  private lastRoundTripMs: number | undefined;
  private stopped = false;

  constructor(
    private readonly line: AgentLine,
    private readonly alarms: Alarms,
    private readonly conversation: SimulatedConversation,
    private readonly intervalMs: number,
    private readonly observe: (what: string, detail: Readonly<Record<string, unknown>>) => void,
  ) {}

  start(): void {
    if (this.stopped || !this.line.isOpen) return;
    this.ping(this.nextId);
    this.nextId += 1;
    this.alarms.after(this.intervalMs, () => this.start());
  }

  stop(): void {
    this.stopped = true;
  }

  ping(eventId: number): void {
    if (!this.line.sends('ping')) return;
    const atMs = performance.now();
    this.sentAtMs.set(eventId, atMs);
    this.conversation.pings.push({ eventId, atMs });
    this.line.send({
      type: 'ping',
      ping_event: {
        event_id: eventId,
        ...(this.lastRoundTripMs === undefined ? {} : { ping_ms: Math.round(this.lastRoundTripMs) }),
      },
    });
    this.observe('ping', { eventId });
    this.conversation.changed();
  }

  ponged(eventId: number): void {
    const atMs = performance.now();
    const sentAtMs = this.sentAtMs.get(eventId);
    this.sentAtMs.delete(eventId);
    const roundTripMs = sentAtMs === undefined ? undefined : atMs - sentAtMs;
    if (roundTripMs !== undefined) this.lastRoundTripMs = roundTripMs;
    this.conversation.pongs.push({ eventId, atMs, roundTripMs });
    this.observe('pong', { eventId, roundTripMs });
  }
}
