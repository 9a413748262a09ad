/** Live audio for one listener, on a clock moved by hand. */
import { LiveAudio, type LeftBecause } from '../../src/operator/live-audio.js';
import { audioOf } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

class Ear {
  readonly clock = new ManualClock();
  readonly pieces: Buffer[] = [];
  readonly ends: LeftBecause[] = [];
  readonly left: LeftBecause[] = [];
  waitingBytes = 0;
  readonly audio: LiveAudio;
  private stamp = 0;

  constructor() {
    const { pieces, ends } = this;
    const waiting = (): number => this.waitingBytes;
    const sink = {
      send: (pairs: Buffer) => void pieces.push(pairs),
      get waitingBytes() {
        return waiting();
      },
      end: (reason: LeftBecause) => void ends.push(reason),
    };
    this.audio = new LiveAudio(this.clock, sink, (reason) => void this.left.push(reason));
  }

  /** The line as it runs: a frame every 20 ms. */
  hears(ms: number): void {
    for (let passed = 0; passed < ms; passed += 20) {
      this.clock.advance(20);
      this.stamp += 20;
      this.audio.callerAudio(audioOf(20, 0x10), this.stamp, this.clock.now());
    }
  }

  get seconds(): number {
    return Buffer.concat(this.pieces).length / 32_000;
  }
}

describe('live audio', () => {
  it('comes in step, half a second behind, both voices beside each other', () => {
    const ear = new Ear();
    ear.audio.agentAudio(audioOf(1000, 0x90), ear.clock.now());
    ear.hears(3000);
    expect(ear.seconds).toBeGreaterThan(2.2);
    expect(ear.seconds).toBeLessThan(2.6);
    const pairs = Buffer.concat(ear.pieces);
    const at = (ms: number): [number, number] => [pairs.readInt16LE(ms * 32), pairs.readInt16LE(ms * 32 + 2)];
    expect(at(500)[0]).toBeLessThan(0);
    expect(at(500)[1]).toBeGreaterThan(0);
    expect(at(1500)[1]).toBe(0);
  });

  it('ends with the call, the rest included, and no timer stays', () => {
    const ear = new Ear();
    ear.hears(1000);
    ear.audio.ended(ear.clock.now());
    ear.audio.ended(ear.clock.now());
    expect(ear.seconds).toBeCloseTo(1, 1);
    expect([ear.left, ear.ends]).toEqual([['call-over'], ['call-over']]);
    expect(ear.clock.pending).toBe(0);
  });

  it('drops a listener that does not read, by name, and sends it nothing more', () => {
    const ear = new Ear();
    ear.hears(1000);
    ear.waitingBytes = 160_001;
    ear.hears(400);
    expect([ear.left, ear.ends]).toEqual([['too-slow'], ['too-slow']]);
    const sent = ear.pieces.length;
    ear.hears(2000);
    expect(ear.pieces).toHaveLength(sent);
    expect(ear.clock.pending).toBe(0);
  });
});
