/** The workers of a parent: begun, replaced and stopped. */
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { Crew } from '../../src/workers/crew.js';
import type { ToParent, ToWorker } from '../../src/workers/wire.js';
import { silentLogger } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

/** A process that does what the test says, as the cluster module would show it. */
class FakeWorker extends EventEmitter {
  readonly heard: ToWorker[] = [];
  isThere = true;
  readonly process = Object.assign(new EventEmitter(), {
    send: () => true,
    kill: (signal: string) => this.end(null, signal),
  });

  isConnected(): boolean {
    return this.isThere;
  }
  send(message: ToWorker): void {
    this.heard.push(message);
  }
  says(message: ToParent): void {
    this.emit('message', message);
  }
  end(code: number | null, signal: string | null = null): boolean {
    this.isThere = false;
    this.emit('exit', code, signal);
    return true;
  }
  get words(): readonly string[] {
    return this.heard.map(({ cordboard }) => cordboard);
  }
}

function crewOf(count: number) {
  const clock = new ManualClock();
  const forked: FakeWorker[] = [];
  const gone: number[] = [];
  const heard: ToParent[] = [];
  let restarts = 0;
  const crew = new Crew({
    count,
    variables: { PORT: '1' },
    clock,
    logger: silentLogger(),
    stopWithinMs: 5000,
    fork: () => {
      const worker = new FakeWorker();
      forked.push(worker);
      return worker as unknown as Worker;
    },
    heard: (_number, message) => void heard.push(message),
    gone: (number) => void gone.push(number),
    restarted: () => void (restarts += 1),
  });
  const at = (place: number): FakeWorker => {
    const worker = forked[place];
    if (!worker) throw new Error(`only ${forked.length} were started`);
    return worker;
  };
  return { crew, clock, forked, gone, heard, at, restarts: () => restarts };
}

describe('a crew', () => {
  it('gives each worker its number when it asks, and is up with the first that listens', async () => {
    const { crew, at } = crewOf(2);
    const up = crew.start();
    at(1).says({ cordboard: 'hello' });
    expect(at(1).heard).toEqual([{ cordboard: 'begin', number: 2, variables: { PORT: '1' } }]);
    at(1).says({ cordboard: 'ready' });
    await up;
    expect(crew.alive).toBe(1);
  });

  it('fails with the words of the first that cannot start, and ends the others', async () => {
    const { crew, at, forked, clock } = crewOf(3);
    const up = crew.start();
    for (const worker of forked) worker.says({ cordboard: 'failed', fault: 'no such tool' });
    at(0).end(1);
    clock.advance(0);
    await expect(up).rejects.toThrow(/^no such tool$/);
    expect(forked.map(({ isThere }) => isThere)).toEqual([false, false, false]);
  });

  it('replaces one that ends under its own number, and tells the others at once', async () => {
    const { crew, at, gone, clock, forked, restarts } = crewOf(2);
    const up = crew.start();
    for (const worker of forked) worker.says({ cordboard: 'ready' });
    await up;
    at(0).end(null, 'SIGKILL');
    expect(gone).toEqual([1]);
    expect(at(1).words).toEqual(['sibling-lost']);
    expect(crew.alive).toBe(1);
    clock.advance(0);
    at(2).says({ cordboard: 'hello' });
    expect(at(2).heard).toEqual([expect.objectContaining({ cordboard: 'begin', number: 1 })]);
    expect(restarts()).toBe(1);
    // Not even a failed start ends the service now: the others have calls.
    at(2).says({ cordboard: 'failed', fault: 'the store is away' });
    at(2).end(1);
    clock.advance(999);
    expect(forked).toHaveLength(3);
    clock.advance(1);
    expect(forked).toHaveLength(4);
  });

  it('lets all of them drain, replaces none meanwhile, and says whether each ended as it should', async () => {
    const { crew, at, forked, clock } = crewOf(2);
    const up = crew.start();
    for (const worker of forked) worker.says({ cordboard: 'ready' });
    await up;
    const stopped = crew.stop();
    expect(forked.map(({ words }) => words)).toEqual([['stop'], ['stop']]);
    at(0).end(0);
    clock.advance(4999);
    at(1).end(0);
    expect(await stopped).toBe(true);
    expect(forked).toHaveLength(2);
  });

  it('kills what outlasts its patience, and says so', async () => {
    const { crew, at, forked, clock } = crewOf(2);
    const up = crew.start();
    for (const worker of forked) worker.says({ cordboard: 'ready' });
    await up;
    const stopped = crew.stop();
    at(0).end(0);
    clock.advance(5000);
    expect(await stopped).toBe(false);
    expect(at(1).isThere).toBe(false);
  });

  it('stops a worker that is told before it could hear', async () => {
    const { crew, at } = crewOf(1);
    const up = crew.start();
    const stopped = crew.stop();
    at(0).says({ cordboard: 'hello' });
    expect(at(0).words).toEqual(['stop', 'begin', 'stop']);
    at(0).end(0);
    expect(await stopped).toBe(true);
    await up;
  });

  it('passes over what is not of its workers, and what comes behind the end of one', async () => {
    const { crew, at, forked, heard } = crewOf(2);
    const up = crew.start();
    for (const worker of forked) worker.says({ cordboard: 'ready' });
    await up;
    at(0).emit('message', { type: 'of a tool' });
    at(0).end(null, 'SIGKILL');
    at(0).says({ cordboard: 'figures', figures: [] });
    expect(heard).toEqual([]);
  });
});
