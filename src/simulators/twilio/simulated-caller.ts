/**
 * The person at the far end, one frame of 20 ms at a time: goes through the steps of a script and answers with what the
 * microphone picks up. It acts through a line that it is handed; it knows no socket and no clock.
 */
import type { CallerStep } from './caller-script.js';
import { FRAME_MS } from './pacer.js';
import { BYTES_PER_MS } from './playout.js';

export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;
/** Mu-law silence. */
export const SILENCE_BYTE = 0xff;
export const SILENT_FRAME: Buffer = Buffer.alloc(FRAME_BYTES, SILENCE_BYTE);

/** Between two keys; people are slower, and no documented minimum is known. */
const KEY_SPACING_FRAMES = 5;

/** What a caller can hear and do. */
export interface CallerLine {
  /** Bytes of the agent's voice that were played so far. */
  readonly playedBytes: number;
  /** True when nothing waits to be played and the line has been quiet for a few frames. */
  readonly isQuiet: boolean;
  startsSpeaking(what: string): void;
  stopsSpeaking(): void;
  press(digit: string): void;
  hangUp(): void;
  loseSocket(): void;
  sendRaw(text: string): void;
}

/** Loud mu-law bytes, reproducible by seed, no two frames alike (xorshift, period of 2^32 - 1). */
export function noise(seed: number, bytes: number): Buffer {
  const made = Buffer.allocUnsafe(bytes);
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  for (let index = 0; index < bytes; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // Sign bit free, magnitude among the louder third: low codes are loud in mu-law.
    made[index] = ((state >>> 8) & 0x80) | ((state >>> 16) & 0x2f);
  }
  return made;
}

type Going = 'goes-on' | 'waits';

export class SimulatedCaller {
  private index = 0;
  private begun = false;
  private framesLeft = 0;
  private voice: Buffer | undefined;
  private voiceAt = 0;
  private keysLeft = '';
  private heardFromByte = 0;
  /** The agent's voice before this point is an old turn. */
  private turnFromByte = 0;

  /**
   * @param clips mu-law bytes of every clip that the steps name
   * @param seed tells the noise of two callers apart
   */
  constructor(
    private readonly steps: readonly CallerStep[],
    private readonly clips: ReadonlyMap<string, Buffer>,
    private readonly seed: number,
  ) {}

  get isFinished(): boolean {
    return this.index >= this.steps.length;
  }

  /** The step that is being played, in words; undefined when all are done. */
  get waitsIn(): string | undefined {
    const step = this.steps[this.index];
    return step && `step ${this.index + 1} of ${this.steps.length}: ${JSON.stringify(step)}`;
  }

  /** The agent was cut off; what it said until then is no finished turn. */
  agentWasCutOff(playedBytes: number): void {
    this.turnFromByte = playedBytes;
  }

  /** @returns what the microphone picks up in the next 20 ms */
  nextFrame(line: CallerLine): Buffer {
    while (this.voice === undefined) {
      const step = this.steps[this.index];
      if (step === undefined || this.advance(step, line) === 'waits') return SILENT_FRAME;
    }
    return this.speak(this.voice, line);
  }

  private advance(step: CallerStep, line: CallerLine): Going {
    if (!this.begun) {
      this.begun = true;
      this.begin(step, line);
    }
    if (this.voice !== undefined) return 'goes-on';
    if (!this.isDone(step, line)) return 'waits';
    this.next();
    return 'goes-on';
  }

  private next(): void {
    this.index += 1;
    this.begun = false;
  }

  private begin(step: CallerStep, line: CallerLine): void {
    switch (step.step) {
      case 'waits': {
        this.framesLeft = Math.ceil(step.ms / FRAME_MS);
        break;
      }
      case 'hears-agent-for': {
        this.heardFromByte = line.playedBytes;
        break;
      }
      case 'says': {
        this.voice =
          'clip' in step
            ? this.clips.get(step.clip)
            : noise(this.seed * 1009 + this.index, step.noiseMs * BYTES_PER_MS);
        this.voiceAt = 0;
        line.startsSpeaking('clip' in step ? step.clip : `${step.noiseMs} ms of noise`);
        break;
      }
      case 'presses': {
        this.keysLeft = step.digits;
        this.framesLeft = 0;
        break;
      }
      default: {
        break;
      }
    }
  }

  private isDone(step: CallerStep, line: CallerLine): boolean {
    switch (step.step) {
      case 'waits': {
        this.framesLeft -= 1;
        return this.framesLeft < 0;
      }
      case 'hears-agent-out': {
        if (line.playedBytes <= this.turnFromByte || !line.isQuiet) return false;
        this.turnFromByte = line.playedBytes;
        return true;
      }
      case 'hears-agent-for': {
        return line.playedBytes - this.heardFromByte >= step.ms * BYTES_PER_MS;
      }
      case 'presses': {
        return this.pressNext(line);
      }
      default: {
        return this.act(step, line);
      }
    }
  }

  private act(step: CallerStep, line: CallerLine): true {
    if (step.step === 'hangs-up') line.hangUp();
    if (step.step === 'loses-socket') line.loseSocket();
    if (step.step === 'sends-raw') line.sendRaw(step.text);
    return true;
  }

  private pressNext(line: CallerLine): boolean {
    this.framesLeft -= 1;
    if (this.framesLeft > 0) return false;
    const digit = this.keysLeft.at(0);
    if (digit === undefined) return true;
    this.keysLeft = this.keysLeft.slice(1);
    this.framesLeft = KEY_SPACING_FRAMES;
    line.press(digit);
    return this.keysLeft === '';
  }

  private speak(voice: Buffer, line: CallerLine): Buffer {
    const frame = voice.subarray(this.voiceAt, this.voiceAt + FRAME_BYTES);
    this.voiceAt += FRAME_BYTES;
    if (this.voiceAt >= voice.length) {
      this.voice = undefined;
      this.next();
      this.turnFromByte = line.playedBytes;
      line.stopsSpeaking();
    }
    return frame.length === FRAME_BYTES ? frame : Buffer.concat([frame, SILENT_FRAME], FRAME_BYTES);
  }
}
