/**
 * Whole turns of the caller on their way to the script: heard or typed, in order, each taken by one `listens` step. A turn
 * that ended while the agent was busy waits here.
 */

export type CallerTurn =
  { readonly kind: 'spoken'; readonly spokenMs: number } | { readonly kind: 'typed'; readonly text: string };

export class CallerTurns {
  private readonly waiting: CallerTurn[] = [];
  private taker: ((turn: CallerTurn | undefined) => void) | undefined;
  private closed = false;

  offer(turn: CallerTurn): void {
    const taker = this.taker;
    this.taker = undefined;
    if (taker) taker(turn);
    else this.waiting.push(turn);
  }

  /** The oldest turn that no step has taken; undefined once the conversation is over. */
  async next(): Promise<CallerTurn | undefined> {
    const waiting = this.waiting.shift();
    if (waiting !== undefined || this.closed) return waiting;
    return new Promise((resolve) => {
      this.taker = resolve;
    });
  }

  close(): void {
    this.closed = true;
    this.taker?.(undefined);
    this.taker = undefined;
  }
}
