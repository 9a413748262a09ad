/** The feature `timeline` over HTTP as the application serves it, on a store that a test gives. */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Global, Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Environment } from '../../src/config/environment.js';
import type { Call } from '../../src/core/call/call.js';
import { CallStore } from '../../src/core/call/call.store.js';
import { entriesOfCreation, type TimelineEntry, type TimelineType } from '../../src/core/call/timeline.js';
import type { Clock } from '../../src/core/clock.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import { BACKGROUND_CLOCK } from '../../src/ops/tokens.js';
import { TimelineModule } from '../../src/timeline/timeline.module.js';
import { callWith, environmentWith, T0, type CallFields } from '../support/builders.js';
import { SseReader } from './sse-reader.js';

const KEY = 'a-key-of-the-tests-0123456789';

@Global()
@Module({})
class Ground {}

export class TimelineRig {
  private batches = 0;
  private readonly readers: SseReader[] = [];

  private constructor(
    readonly app: INestApplication,
    readonly store: CallStore,
    readonly url: string,
  ) {}

  /** @param clock of streams. */
  static async start(
    store: CallStore,
    clock: Clock = new SystemClock(),
    modules: NonNullable<DynamicModule['imports']> = [],
  ): Promise<TimelineRig> {
    const ground = [
      { provide: Environment, useValue: environmentWith({ LOG_LEVEL: 'silent' }) },
      { provide: CallStore, useValue: store },
    ];
    const module = await Test.createTestingModule({
      imports: [
        { module: Ground, providers: ground, exports: ground },
        OpsModule,
        ...modules,
        TimelineModule,
      ],
    })
      .overrideProvider(BACKGROUND_CLOCK)
      .useValue(clock)
      .compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TimelineRig(app, store, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    for (const reader of this.readers) reader.close();
    await this.app.close();
  }

  async stream(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SseReader> {
    const reader = await SseReader.open(`${this.url}${path}`, { authorization: `Bearer ${KEY}`, ...headers });
    this.readers.push(reader);
    return reader;
  }

  follow(path: string, lastEventId: string | undefined): Promise<SseReader> {
    return this.stream(path, lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
  }

  async json<Body>(path: string): Promise<{ status: number; body: Body }> {
    const headers = { authorization: `Bearer ${KEY}`, accept: 'application/json' };
    const response = await fetch(`${this.url}${path}`, { headers });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** How many streams the service says are open. */
  async openStreams(): Promise<number> {
    const text = await (
      await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })
    ).text();
    return Number(/^cordboard_event_streams (\d+)$/m.exec(text)?.[1]);
  }

  async given(fields: CallFields = {}): Promise<Call> {
    const call = callWith(fields);
    await this.store.insert(call, { name: 'created', entries: entriesOfCreation(call) });
    return call;
  }

  /** So many events in one batch. */
  async tell(call: Call, count = 1, type: TimelineType = 'turn.agent', text = 'word'): Promise<void> {
    this.batches += 1;
    const entries = Array.from({ length: count }, (_, at): TimelineEntry => ({
      type,
      at: T0,
      details: { text, eventId: at + 1 },
    }));
    await this.store.append(call.id, { name: `batch ${this.batches}`, entries });
  }

  /** The call ends on the record. */
  async end(call: Call): Promise<void> {
    const now = await this.store.find(call.id);
    if (!now) throw new Error('there is no such call');
    await this.store.replace(
      { ...now, version: now.version + 1, status: 'completed', endReason: 'caller-hung-up' },
      { name: 'ended', entries: [{ type: 'call.ended', at: T0, details: { status: 'completed' } }] },
    );
  }
}

export function upTo(count: number, from = 1): number[] {
  return Array.from({ length: count - from + 1 }, (_, at) => from + at);
}

export function seqsOf({ messages }: SseReader): unknown[] {
  return messages.map(({ data }) => data['seq']);
}
