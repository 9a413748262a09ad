/**
 * Something that is due again and again. What was missed is made up for, each time at the moment at which it was due: a load that leaves out
 * what it is late with would measure itself.
 */
export class Rhythm {
  constructor(
    private readonly everyMs: number,
    private dueMs: number,
    private readonly act: (dueMs: number) => void,
  ) {}

  catchUp(nowMs: number): void {
    for (; this.dueMs <= nowMs; this.dueMs += this.everyMs) this.act(this.dueMs);
  }
}
