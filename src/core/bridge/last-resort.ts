/**
 * What is left when no agent is to be had: the caller is handed to a person, where one is named for that; otherwise the call ends.
 */
import type { CallFailure, EndReason } from '../call/call.js';
import type { BridgeFact } from './bridge-facts.js';

export interface LastResortParts {
  /** Hands the line to the person; resolves when the carrier has taken it. Undefined: there is none. */
  readonly handToPerson: (() => Promise<void>) | undefined;
  /** Resolves when everything said so far should have been heard, at the latest after that time. */
  untilHeard(mostMs: number): Promise<void>;
  tell(fact: BridgeFact): void;
  end(reason: EndReason, failure?: CallFailure): void;
}

interface Failed {
  readonly reason: EndReason;
  readonly failure: CallFailure;
}

/** What an agent said before it was gone is heard first, for so long at most. */
const MOST_HEARING_MS = 10_000;

export class LastResort {
  private failed: Failed | undefined;

  constructor(private readonly parts: LastResortParts) {}

  /**
   * @param isLineThere false: the person is asked for as soon as it is, by `lineStarted`.
   * @returns whether a person is asked for; otherwise the call is over.
   */
  takes(reason: EndReason, failure: CallFailure, isLineThere: boolean): boolean {
    // Once: where the person cannot be rung, nobody else is left.
    if (!this.parts.handToPerson || this.failed || reason !== 'agent-failed') return false;
    this.failed = { reason, failure };
    this.parts.tell({ type: 'agent-given-up', failure });
    if (isLineThere) void this.hand(this.failed);
    return true;
  }

  /** @returns whether the agent was given up before the line was there. */
  lineStarted(): boolean {
    if (this.failed) void this.hand(this.failed);
    return this.failed !== undefined;
  }

  private async hand({ reason, failure }: Failed): Promise<void> {
    try {
      await this.parts.untilHeard(MOST_HEARING_MS);
      await this.parts.handToPerson?.();
    } catch {
      // Why not is on the record of the call and in the log of whoever tried.
      this.parts.end(reason, failure);
    }
  }
}
