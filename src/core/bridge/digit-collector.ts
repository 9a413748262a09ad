/**
 * Gathers keys that a caller presses into one input, because a number typed digit by digit is one thing to say. Ends at `#`
 * or when no key came for a while.
 */
import type { Cancel, Clock } from '../clock.js';

/** Longer than people pause between digits of a number they know, shorter than the wait before they think it failed. */
const PAUSE_MS = 1200;

export class DigitCollector {
  private digits = '';
  private cancel: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onInput: (digits: string) => void,
  ) {}

  press(digit: string): void {
    this.digits += digit;
    this.cancel?.();
    this.cancel = undefined;
    if (digit === '#') this.flush();
    else this.cancel = this.clock.after(PAUSE_MS, () => this.flush());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.digits = '';
  }

  private flush(): void {
    const digits = this.digits;
    this.stop();
    this.onInput(digits);
  }
}
