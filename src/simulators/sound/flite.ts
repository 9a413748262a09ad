/**
 * A voice for the simulated agent: text in, mu-law at 8000 Hz out, made offline by Flite in a thread of its own. It keeps what it
 * has made, so that a sentence is ready at once the second time.
 */
import { once } from 'node:events';
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
  private ended: Error | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (delivery: SpeechDelivery) => this.deliver(delivery));
    worker.on('error', (error) => this.end(error));
    worker.on('exit', (code) => this.end(new Error(`the voice has ended with ${code}`)));
  }

  /**
   * Resolves when the synthesiser is ready.
   * @param program the thread's built file; default the one beside this file.
   * @throws Error with the mend when the synthesiser is not installed.
   */
  static async start(program: URL = new URL('./flite.worker.js', import.meta.url)): Promise<FliteVoice> {
    const worker = new Worker(program);
    await once(worker, 'message');
    return new FliteVoice(worker);
  }

  /**
   * The same text in the same voice is made once.
   * @param voice slt (a woman, default), rms or awb (men), kal or kal16.
   * @throws Error for an unknown voice, and when the voice was or is stopped.
   */
  speak(text: string, voice = 'slt'): Promise<Buffer> {
    if (this.ended) return Promise.reject(this.ended);
    const key = `${voice}:${text}`;
    const known = this.spoken.get(key);
    if (known) return known;
    const made = this.order(text, voice);
    this.spoken.set(key, made);
    return made;
  }

  /** Ends the thread; whoever waits for speech is told. May be called twice. */
  async stop(): Promise<void> {
    this.end(new Error('the voice was stopped'));
    await this.worker.terminate();
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

  private end(error: Error): void {
    this.ended ??= error;
    for (const waiting of this.waiting.values()) waiting.reject(this.ended);
    this.waiting.clear();
  }
}
