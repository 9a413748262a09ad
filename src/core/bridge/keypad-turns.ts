/**
 * Keys of the caller as turns that the agent answers; held while there is no agent to hear of them.
 */
import type { Clock } from '../clock.js';
import { DigitCollector } from './digit-collector.js';
import type { SessionHost } from './session-crew.js';

export class KeypadTurns {
  private readonly held: string[] = [];
  private readonly digits: DigitCollector;

  constructor(
    clock: Clock,
    private readonly host: SessionHost,
  ) {
    this.digits = new DigitCollector(clock, (digits) => this.say(digits));
  }

  press(digit: string): void {
    this.digits.press(digit);
  }

  /** The agent is there. */
  tellHeld(): void {
    for (const text of this.held.splice(0)) this.host.agentNow?.say(text);
  }

  stop(): void {
    this.digits.stop();
  }

  private say(digits: string): void {
    this.host.tell({ type: 'digits', digits });
    const text = `The caller pressed ${digits} on the keypad.`;
    if (this.host.isTalking) this.host.agentNow?.say(text);
    else this.held.push(text);
  }
}
