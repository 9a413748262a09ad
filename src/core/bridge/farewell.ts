/**
 * The end of a call as an agent wants it: its last words are still on their way, then they are heard to the end, then the line is hung up.
 */
import type { Clock } from '../clock.js';
import type { CarrierLeg } from './legs.js';
import type { PlaybackLedger } from './playback-ledger.js';
import type { SessionTimers } from './session-timers.js';

/** After `end_call` the last words are still on their way; every chunk of them restarts this wait for the close. */
const LAST_WORDS_MS = 5000;
/** How much later than computed the mark after the last words may come back before we stop waiting for it. */
const MARK_GRACE_MS = 2000;

export type FarewellReason = 'agent-ended' | 'max-duration';

export interface FarewellParts {
  readonly clock: Clock;
  readonly carrier: Pick<CarrierLeg, 'mark'>;
  readonly ledger: PlaybackLedger;
  readonly timers: SessionTimers;
  closeAgent(): void;
  end(reason: FarewellReason): void;
}

export class Farewell {
  private said: { readonly mark: string; readonly reason: FarewellReason } | undefined;

  constructor(private readonly parts: FarewellParts) {}

  /** Set once all was said and only its hearing is waited for. */
  get reason(): FarewellReason | undefined {
    return this.said?.reason;
  }

  awaitLastWords(): void {
    this.parts.timers.deadline(LAST_WORDS_MS, () => {
      this.parts.closeAgent();
      this.playOut('agent-ended');
    });
  }

  /** Nothing more will come: hang up when the line says, or the clock at the latest, that all has been heard. */
  playOut(reason: FarewellReason): void {
    if (this.said) return;
    const { ledger, clock, carrier, timers } = this.parts;
    // The clock runs ahead of the network, so only marks prove that the last syllable was heard.
    if (ledger.isProvenHeard) {
      this.parts.end(reason);
      return;
    }
    const owedMs = ledger.owedMs(clock.now());
    this.said = { mark: ledger.nextMark(), reason };
    carrier.mark(this.said.mark);
    timers.deadline(owedMs + MARK_GRACE_MS, () => this.parts.end(reason));
  }

  markPlayed(name: string): void {
    if (name === this.said?.mark) this.parts.end(this.said.reason);
  }
}
