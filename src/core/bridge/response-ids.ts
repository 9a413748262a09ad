/**
 * Which response of the agent a piece of audio or a text belongs to, over all conversations of a call: each counts its events anew, on
 * record they go on. Says what is stale: older than an interruption, or the greeting of a conversation that takes the place of another.
 */

/** Of audio that nobody should hear. */
export const STALE = -2;

export class ResponseIds {
  /** How many ids the conversations before may have used. */
  private before = 0;
  private newest = 0;
  /** Official clients differ; "strictly older is stale" is the rule under which no reply was ever lost. */
  private staleBelow = -1;
  /** The response that greets the caller once more: `expected` until its id is known. */
  private greeting: 'none' | 'expected' | number = 'none';

  /** Runs for every piece of audio. @returns the id on record, or `STALE`. */
  ofAudio(own: number): number {
    const id = own + this.before;
    return id < this.staleBelow && this.isHidden(id) ? STALE : id;
  }

  /** @returns undefined for the words of a greeting that nobody hears. */
  ofWords(own: number): number | undefined {
    if (this.isGreeting(own + this.before)) return undefined;
    return this.onRecord(own);
  }

  /** 0 stands for an id that was not told. */
  onRecord(own: number): number {
    const id = own === 0 ? 0 : own + this.before;
    this.newest = Math.max(this.newest, id);
    return id;
  }

  /** @returns undefined where it concerns a greeting that nobody hears: what is being heard is of the conversation before. */
  interruptedBy(own: number): number | undefined {
    if (this.staleBelow === Infinity) return undefined;
    const id = own + this.before;
    this.staleBelow = Math.max(this.staleBelow, id);
    return id;
  }

  /** @param played the id of what was played last. @param isGreeted whether the caller has heard the greeting of this agent before. */
  nextConversation(played: number, isGreeted: boolean): void {
    this.before = Math.max(this.newest, played, this.staleBelow === Infinity ? 0 : this.staleBelow) + 1;
    this.greeting = isGreeted ? 'expected' : 'none';
    this.staleBelow = isGreeted ? Infinity : -1;
  }

  private isHidden(id: number): boolean {
    if (this.staleBelow !== Infinity || this.isGreeting(id)) return true;
    this.staleBelow = id;
    return false;
  }

  /** The first response of such a conversation is it. */
  private isGreeting(id: number): boolean {
    if (this.greeting === 'none') return false;
    if (this.greeting === 'expected') this.greeting = id;
    return id <= this.greeting;
  }
}
