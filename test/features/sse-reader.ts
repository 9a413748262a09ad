/** A reader of an event stream, by the HTML standard as far as this service uses it; can stop reading and go on. */
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface SseMessage {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class SseReader {
  readonly messages: SseMessage[] = [];
  readonly comments: string[] = [];
  lastEventId: string | undefined;
  retryMs: number | undefined;
  private rest = '';
  private isOver = false;
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.isOver = true;
      this.tell();
    });
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers: { accept: 'text/event-stream', ...headers } }, (response) => {
        resolve(new SseReader(response));
      });
      request.on('error', reject);
    });
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** The stream is over, and it was ended as it should. */
  get isComplete(): boolean {
    return this.isOver && this.response.complete;
  }

  get text(): string {
    return this.rest;
  }

  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  async ended(): Promise<void> {
    await this.until(() => this.isOver);
  }

  /** @throws when it has not come about after the time. */
  until(holds: () => boolean, limitMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.watchers.delete(look);
        reject(new Error(`it never came about after ${this.messages.length} messages`));
      }, limitMs);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(limit);
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.dispatch(block);
    this.tell();
  }

  private dispatch(block: string): void {
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments.push(value);
      else if (field === 'id') this.lastEventId = value;
      else if (field === 'retry') this.retryMs = Number(value);
      else if (field === 'data') data.push(value);
    }
    if (data.length > 0)
      this.messages.push({
        id: this.lastEventId ?? '',
        data: JSON.parse(data.join('\n')) as SseMessage['data'],
      });
  }

  private tell(): void {
    for (const look of this.watchers) look();
  }
}
