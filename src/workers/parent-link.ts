/**
 * A worker's way to its parent, and through it to its siblings.
 */
import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../core/clock.js';
import { Siblings, type Tip } from '../ops/siblings.js';
import { readToWorker, type Figures, type ToParent, type ToWorker } from './wire.js';

/** The parent waits for its workers for a shorter time, and Prometheus for a longer one. */
const SUM_WITHIN_MS = 4000;

/** What Node gives a process that was forked. */
export interface ParentChannel {
  /** Never throws; `done` comes also when the parent is gone. */
  send(message: ToParent, done?: () => void): void;
  /** @param listener is also given the connection that came with a message. */
  onMessage(listener: (message: unknown, connection?: Socket) => void): void;
}

interface Question {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
  readonly cancel: Cancel;
}

export interface Begin {
  readonly number: number;
  readonly variables: Readonly<Record<string, string>>;
}

export class ParentLink extends Siblings {
  private readonly questions = new Map<number, Question>();
  private readonly lostListeners = new Set<() => void>();
  private readonly tipListeners = new Map<string, (tip: Tip) => void>();
  private asked = 0;
  private begun: Begin | undefined;
  private tellBegin: (begin: Begin) => void = () => undefined;
  private tellStop: () => void = () => undefined;
  /** Resolves with what the parent says first. */
  readonly begin = new Promise<Begin>((resolve) => (this.tellBegin = resolve));
  /** Resolves when the parent wants this worker to drain and end. */
  readonly stop = new Promise<void>((resolve) => (this.tellStop = resolve));
  /** Set when the application is there. */
  figures: (() => Promise<Figures>) | undefined;
  /** The same. */
  takeConnection: ((connection: Socket) => void) | undefined;

  constructor(
    private readonly channel: ParentChannel,
    private readonly clock: Clock,
  ) {
    super();
    channel.onMessage((raw, connection) => {
      const message = readToWorker(raw);
      if (message) this.heard(message);
      if (message?.cordboard === 'take-connection') this.take(connection);
    });
    channel.send({ cordboard: 'hello' });
  }

  get number(): number | undefined {
    return this.begun?.number;
  }

  sumOfMetrics(): Promise<string> {
    this.asked += 1;
    const question = this.asked;
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(SUM_WITHIN_MS, () => {
        this.questions.delete(question);
        reject(new Error(`the parent did not add up the metrics within ${SUM_WITHIN_MS} ms`));
      });
      this.questions.set(question, { resolve, reject, cancel });
      this.channel.send({ cordboard: 'ask-sum', question });
    });
  }

  onLost(listener: () => void): void {
    this.lostListeners.add(listener);
  }

  tell(topic: string, tip: Tip): void {
    this.channel.send({ cordboard: 'tip', topic, tip });
  }

  onTip(topic: string, listener: (tip: Tip) => void): void {
    this.tipListeners.set(topic, listener);
  }

  private take(connection: Socket | undefined): void {
    if (this.takeConnection && connection) this.takeConnection(connection);
    else connection?.destroy();
  }

  private heard(message: ToWorker): void {
    switch (message.cordboard) {
      case 'begin': {
        this.begun = { number: message.number, variables: message.variables };
        this.tellBegin(this.begun);
        break;
      }
      case 'stop': {
        this.tellStop();
        break;
      }
      case 'sibling-lost': {
        for (const listener of this.lostListeners) listener();
        break;
      }
      case 'show-figures': {
        void this.showFigures();
        break;
      }
      case 'take-connection': {
        // With what came beside the message: see above.
        break;
      }
      case 'sum': {
        this.answered(message.question, message.text);
        break;
      }
      case 'tip': {
        this.tipListeners.get(message.topic)?.(message.tip);
        break;
      }
    }
  }

  /** One that cannot say what it has counted says nothing: the parent goes by what it said before. */
  private async showFigures(): Promise<void> {
    const figures = await this.figures?.().catch(() => undefined);
    if (figures) this.channel.send({ cordboard: 'figures', figures });
  }

  private answered(question: number, text: string | undefined): void {
    const asked = this.questions.get(question);
    this.questions.delete(question);
    asked?.cancel();
    if (text === undefined) asked?.reject(new Error('the parent could not add up the metrics'));
    else asked?.resolve(text);
  }
}
