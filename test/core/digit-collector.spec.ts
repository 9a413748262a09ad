/** Keys pressed one by one, read as one input. */
import { DigitCollector } from '../../src/core/bridge/digit-collector.js';
import { ManualClock } from '../support/manual-clock.js';

function collector(): { clock: ManualClock; digits: DigitCollector; inputs: string[] } {
  const clock = new ManualClock();
  const inputs: string[] = [];
  return { clock, inputs, digits: new DigitCollector(clock, (input) => inputs.push(input)) };
}

describe('keys on the keypad', () => {
  it('are one input until a pause', () => {
    const { clock, digits, inputs } = collector();
    for (const digit of '4711') {
      digits.press(digit);
      clock.advance(1199);
    }
    expect(inputs).toEqual([]);
    clock.advance(1);
    expect(inputs).toEqual(['4711']);
    expect(clock.pending).toBe(0);
  });

  it('are one input up to the hash key, at once', () => {
    const { clock, digits, inputs } = collector();
    for (const digit of '12#3') digits.press(digit);
    expect(inputs).toEqual(['12#']);
    clock.advance(1200);
    expect(inputs).toEqual(['12#', '3']);
  });

  it('are forgotten when it is stopped, and leave no timer', () => {
    const { clock, digits, inputs } = collector();
    digits.press('1');
    digits.stop();
    expect(clock.pending).toBe(0);
    clock.advance(5000);
    expect(inputs).toEqual([]);
  });
});
