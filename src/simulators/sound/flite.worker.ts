/**
 * The thread in which Flite speaks: an utterance takes tens of milliseconds, and no socket may wait for it. It says once that it is
 * ready, then answers each order with one delivery.
 */
import { parentPort } from 'node:worker_threads';
import { FliteEngine } from './flite-engine.js';

export interface SpeechOrder {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
}
export type SpeechDelivery =
  { readonly id: number; readonly mulaw: Uint8Array } | { readonly id: number; readonly fault: string };

// A missing package ends the thread here, and the reason reaches whoever started it.
const engine = await FliteEngine.load();

async function fill({ id, text, voice }: SpeechOrder): Promise<SpeechDelivery> {
  try {
    return { id, mulaw: await engine.say(text, voice) };
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (order: SpeechOrder) => {
  void fill(order).then((delivery) => parentPort?.postMessage(delivery));
});
parentPort?.postMessage('ready');
