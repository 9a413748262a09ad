/**
 * What a caller hears while there is no agent: two soft notes now and then, so that silence is never taken for a dead line. Begins when
 * the line has been silent for a while and stops at once: it is played in small pieces, so nothing has to be thrown away.
 */
import { bytesOf } from '../audio/base64.js';
import { encodeMulaw } from '../audio/mulaw.js';
import type { Cancel, Clock } from '../clock.js';
import type { CarrierLeg } from './legs.js';
import type { PlaybackLedger } from './playback-ledger.js';
import type { Taps } from './taps.js';

/** Callers take silence for a fault after about three seconds; most agents are back before this. */
const SILENT_FOR_MS = 1500;
const PIECE_MS = 200;
/** Notes, and silence behind them: together shorter than the silence that nobody should hear. */
const ROUND_MS = 2400;
const SAMPLES_PER_MS = 8;
/** Whoever waits for longer is not helped by it. */
const LONGEST_MS = 60_000;

/** Audio of ours and no response of the agent. */
const BRIDGING = -1;

export interface BridgingParts {
  readonly clock: Clock;
  readonly carrier: Pick<CarrierLeg, 'play'>;
  readonly ledger: PlaybackLedger;
  readonly taps: Taps;
  readonly hasBridgingSound: boolean;
}

export class BridgingSound {
  private cancel: Cancel | undefined;
  private piece = 0;

  constructor(private readonly parts: BridgingParts) {}

  /** Harmless while it goes on. */
  start(): void {
    if (!this.cancel && this.parts.hasBridgingSound) this.wait();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.piece = 0;
  }

  private wait(): void {
    const { clock, ledger } = this.parts;
    this.cancel = clock.after(ledger.owedMs(clock.now()) + SILENT_FOR_MS, () => this.playNext());
  }

  private playNext(): void {
    const pieces = bridgingPieces();
    this.play(pieces[this.piece % pieces.length] ?? '');
    this.piece += 1;
    if (this.piece * PIECE_MS < LONGEST_MS)
      this.cancel = this.parts.clock.after(PIECE_MS, () => this.playNext());
  }

  /** Behind whatever is still to be heard, and heard itself. */
  private play(payload: string): void {
    const { carrier, ledger, clock, taps } = this.parts;
    carrier.play(payload);
    const fromMs = ledger.sent(bytesOf(payload), BRIDGING, clock.now());
    taps.now?.agentAudio(payload, fromMs);
  }
}

let made: readonly string[] | undefined;

/** Base64 of mu-law, one round of it. Made when it is first needed. */
export function bridgingPieces(): readonly string[] {
  made ??= Array.from({ length: ROUND_MS / PIECE_MS }, (_, piece) => {
    const samples = new Int16Array(PIECE_MS * SAMPLES_PER_MS);
    for (let at = 0; at < samples.length; at += 1) samples[at] = sampleAt(piece * samples.length + at);
    return encodeMulaw(samples).toString('base64');
  });
  return made;
}

/** Two notes a fifth apart, each swelling and fading so that nothing clicks; about 24 dB below full scale. */
function sampleAt(index: number): number {
  const ms = index / SAMPLES_PER_MS;
  const note = NOTES.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);
  if (!note) return 0;
  const swell = Math.sin((Math.PI * (ms - note.fromMs)) / (note.toMs - note.fromMs));
  return Math.round(2000 * swell * swell * Math.sin((2 * Math.PI * note.hz * ms) / 1000));
}

const NOTES = [
  { hz: 392, fromMs: 0, toMs: 350 },
  { hz: 588, fromMs: 400, toMs: 800 },
];
