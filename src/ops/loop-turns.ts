/**
 * Work that may wait a moment, begun a little at a time: each turn of the event loop lets in so much and no more, and in between the loop
 * reads its sockets. What comes in a bunch would otherwise be begun in one turn, with the audio of all live calls behind it.
 */
export class LoopTurns {
  private readonly waiting: (() => void)[] = [];
  private free: number;
  private isRenewing = false;

  /** @param eachTurn how many pieces of work a turn of the loop begins. */
  constructor(private readonly eachTurn: number) {
    this.free = eachTurn;
  }

  /** Begins at once where this turn of the loop has begun little so far, in later turns otherwise; in order. */
  begin(work: () => void): void {
    this.waiting.push(work);
    this.letIn();
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => this.begin(resolve));
  }

  private letIn(): void {
    while (this.free > 0) {
      const work = this.waiting.shift();
      if (!work) return;
      this.free -= 1;
      this.renewLater();
      work();
    }
  }

  private renewLater(): void {
    if (this.isRenewing) return;
    this.isRenewing = true;
    setImmediate(() => {
      this.isRenewing = false;
      this.free = this.eachTurn;
      this.letIn();
    });
  }
}
