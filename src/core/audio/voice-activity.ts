/**
 * Is somebody speaking? An energy gate with an adaptive noise floor over 20 ms frames of mu-law audio. Deterministic and
 * driven by bytes, not by time, so that the same audio always gives the same answer. It does not recognise words, and a
 * steady sound below the floor's limit becomes "noise" after some seconds, as it does for a person.
 */
import { MULAW_TO_LINEAR } from './mulaw.js';

/** 20 ms at 8000 bytes per second: the frame of a telephone line. */
export const VOICE_FRAME_BYTES = 160;
export const VOICE_FRAME_MS = 20;

export interface VoiceActivityOptions {
  /** Quieter than this is never voice, whatever the floor. RMS of 16-bit samples, 1 to 32767; default 150 (about -47 dBFS). */
  readonly quietestVoiceRms?: number;
  /** Voice is this many times louder than the floor; default 2.8 (9 dB), above 1. */
  readonly voiceToNoise?: number;
  /**
   * The floor rises no further than this, so that somebody who never pauses stays audible. RMS, default 700: with the
   * default ratio every sound above 1960 (about -24 dBFS) is voice for ever.
   */
  readonly loudestNoiseRms?: number;
}

/** Called once per whole frame. `score` is 0 to 1, and 0.5 exactly at the gate. */
export type VoiceFrameListener = (voiced: boolean, score: number) => void;

const QUIETEST_FLOOR_RMS = 15;
/** Per frame: twice the floor in 0.93 s, so that a spoken sentence does not become noise before its speaker pauses. */
const FLOOR_RISE = 1.015;
/** Per frame: half the way down in 130 ms, so that one dropped packet does not make the line's noise voice again. */
const FLOOR_FALL = 0.1;

const POWER = Float64Array.from(MULAW_TO_LINEAR, (sample) => sample * sample);

export class VoiceActivity {
  private readonly quietestVoiceRms: number;
  private readonly voiceToNoise: number;
  private readonly loudestNoiseRms: number;
  private floorRms = QUIETEST_FLOOR_RMS;
  private power = 0;
  private counted = 0;

  constructor(options: VoiceActivityOptions = {}) {
    this.quietestVoiceRms = options.quietestVoiceRms ?? 150;
    this.voiceToNoise = options.voiceToNoise ?? 2.8;
    this.loudestNoiseRms = options.loudestNoiseRms ?? 700;
  }

  /** What the detector holds for the line's noise at present, RMS of 16-bit samples. */
  get noiseRms(): number {
    return this.floorRms;
  }

  /** Takes mu-law bytes in pieces of any size; a frame may span pieces. */
  hear(mulaw: Uint8Array, onFrame: VoiceFrameListener): void {
    for (const byte of mulaw) {
      this.power += POWER[byte] ?? 0;
      this.counted += 1;
      if (this.counted === VOICE_FRAME_BYTES) {
        const rms = Math.sqrt(this.power / VOICE_FRAME_BYTES);
        this.power = 0;
        this.counted = 0;
        this.judge(rms, onFrame);
      }
    }
  }

  private judge(rms: number, onFrame: VoiceFrameListener): void {
    const gate = Math.max(this.quietestVoiceRms, this.floorRms * this.voiceToNoise);
    this.floorRms =
      rms > this.floorRms
        ? Math.min(this.floorRms * FLOOR_RISE, rms, this.loudestNoiseRms)
        : Math.max(this.floorRms + (rms - this.floorRms) * FLOOR_FALL, QUIETEST_FLOOR_RMS);
    onFrame(rms > gate, rms / (rms + gate));
  }
}
