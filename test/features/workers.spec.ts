/** Several processes as one service: when one is started again, what their figures make together, and what they tell each other. */
import { availableParallelism } from 'node:os';
import { Registry, Counter, Gauge, Histogram } from 'prom-client';
import { EnvironmentError, readEnvironment } from '../../src/config/read-environment.js';
import { Metrics } from '../../src/ops/metrics.js';
import { FiguresSum } from '../../src/workers/figures-sum.js';
import { ParentLink } from '../../src/workers/parent-link.js';
import { RestartPace } from '../../src/workers/restart-pace.js';
import { SumRound } from '../../src/workers/sum-round.js';
import { readToParent, readToWorker, type ToParent } from '../../src/workers/wire.js';
import { REQUIRED_VARIABLES } from '../support/builders.js';
import { ManualClock, settled } from '../support/manual-clock.js';

describe('WORKERS', () => {
  const read = (value: string): number => readEnvironment({ ...REQUIRED_VARIABLES, WORKERS: value }).WORKERS;

  it('is one process where it is not set, a number, or as many as there are cores', () => {
    expect(readEnvironment(REQUIRED_VARIABLES).WORKERS).toBe(1);
    expect(read('3')).toBe(3);
    expect(read('auto')).toBe(Math.min(64, availableParallelism()));
  });

  it.each(['0', '-1', '65', '2.5', 'many', 'AUTO'])('is refused as %s, by name', (value) => {
    expect(() => read(value)).toThrow(EnvironmentError);
    expect(() => read(value)).toThrow(/WORKERS: /);
  });
});

describe('a worker that ended', () => {
  it('is started again at once, and later and later while it ends at once', () => {
    const pace = new RestartPace();
    expect(Array.from({ length: 8 }, () => pace.delayAfter(0))).toEqual([
      0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  it('is started at once again after it has worked for a minute', () => {
    const pace = new RestartPace();
    for (const livedMs of [0, 59_999, 0]) pace.delayAfter(livedMs);
    expect(pace.delayAfter(60_000)).toBe(0);
    expect(pace.delayAfter(0)).toBe(1000);
  });
});

async function figuresOf(count: number, live: number, seconds: number) {
  const registers = [new Registry()];
  const [registry] = registers;
  new Counter({ name: 'calls_total', help: 'h', labelNames: ['reason'], registers }).inc(
    { reason: 'a' },
    count,
  );
  new Gauge({ name: 'live', help: 'h', registers }).set(live);
  new Gauge({ name: 'lag', help: 'h', registers, aggregator: 'max' }).set(live);
  new Histogram({ name: 'time', help: 'h', labelNames: ['tool'], buckets: [1, 2], registers }).observe(
    { tool: 't' },
    seconds,
  );
  return (await registry?.getMetricsAsJSON()) ?? [];
}

describe('the figures of several processes', () => {
  it('are added up, states by the worst, histograms bucket by bucket', async () => {
    const sum = new FiguresSum();
    sum.answered(1, await figuresOf(2, 3, 0.5));
    sum.answered(2, await figuresOf(5, 4, 1.5));
    const text = await sum.text([]);
    for (const line of [
      'calls_total{reason="a"} 7',
      'live 7',
      'lag 4',
      'time_bucket{le="1",tool="t"} 1',
      'time_bucket{le="2",tool="t"} 2',
      'time_bucket{le="+Inf",tool="t"} 2',
      'time_sum{tool="t"} 2',
      'time_count{tool="t"} 2',
    ])
      expect(text.split('\n')).toContain(line);
  });

  it('keep what a process had counted that is gone, and none of its states', async () => {
    const sum = new FiguresSum();
    for (let life = 0; life < 3; life += 1) {
      sum.answered(1, await figuresOf(2, 3, 0.5));
      sum.gone(1);
    }
    sum.answered(2, await figuresOf(5, 4, 0.5));
    const lines = (await sum.text([])).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['calls_total{reason="a"} 11', 'live 4', 'time_count{tool="t"} 4']),
    );
  });

  it('show the worst lag of all, not the mean', async () => {
    const { registry } = new Metrics();
    const lags = (await registry.getMetricsAsJSON()).filter(({ name }) => name.includes('eventloop_lag'));
    expect(lags.length).toBeGreaterThan(3);
    expect(new Set(lags.map(({ aggregator }) => aggregator))).toEqual(new Set(['max', 'min']));
  });
});

describe('a round of questions', () => {
  const clock = new ManualClock();
  const rig = (numbers: readonly number[]) => {
    let asked = 0;
    const round = new SumRound({
      clock,
      ask: () => {
        asked += 1;
        return numbers;
      },
      own: () => Promise.resolve([]),
    });
    return { round, asked: () => asked };
  };

  it('ends with the last answer, and is shared by all who ask meanwhile', async () => {
    const { round, asked } = rig([1, 2]);
    const texts = [round.text(), round.text()];
    round.answered(1, await figuresOf(1, 1, 1));
    round.answered(2, await figuresOf(1, 1, 1));
    expect(await texts[0]).toContain('live 2');
    expect(await texts[1]).toBe(await texts[0]);
    expect(asked()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('waits for no worker that is gone, and two seconds for one that is stuck, which counts as it did last', async () => {
    const { round } = rig([1, 2]);
    round.answered(2, await figuresOf(1, 1, 1));
    const text = round.text();
    round.gone(1);
    let isOver = false;
    void text.then(() => (isOver = true));
    await clock.pass(1999);
    expect(isOver).toBe(false);
    await clock.pass(1);
    expect(await text).toContain('calls_total{reason="a"} 1');
  });
});

describe('a worker and its parent', () => {
  const rig = () => {
    const sent: ToParent[] = [];
    const clock = new ManualClock();
    let hears: (message: unknown) => void = () => undefined;
    const link = new ParentLink(
      { send: (message) => void sent.push(message), onMessage: (listener) => void (hears = listener) },
      clock,
    );
    return { link, sent, clock, hears: (message: unknown) => hears(message) };
  };

  it('begin when the worker says that it is there', async () => {
    const { link, sent, hears } = rig();
    expect(sent).toEqual([{ cordboard: 'hello' }]);
    hears({ cordboard: 'begin', number: 2, variables: { A: 'b' } });
    expect(await link.begin).toEqual({ number: 2, variables: { A: 'b' } });
    expect(link.number).toBe(2);
  });

  it('add up metrics for whoever is asked, within a time', async () => {
    const { link, sent, hears, clock } = rig();
    const first = link.sumOfMetrics();
    const second = link.sumOfMetrics();
    expect(sent.slice(1)).toEqual([
      { cordboard: 'ask-sum', question: 1 },
      { cordboard: 'ask-sum', question: 2 },
    ]);
    hears({ cordboard: 'sum', question: 1, text: 'a 1' });
    expect(await first).toBe('a 1');
    clock.advance(4000);
    await expect(second).rejects.toThrow('did not add up the metrics');
    expect(clock.pending).toBe(0);
  });

  it('say nothing of figures before there are any', async () => {
    const { link, sent, hears } = rig();
    hears({ cordboard: 'show-figures' });
    link.figures = () => Promise.resolve([]);
    hears({ cordboard: 'show-figures' });
    await settled();
    expect(sent.slice(1)).toEqual([{ cordboard: 'figures', figures: [] }]);
  });

  it('pass on tips and losses', () => {
    const { link, hears } = rig();
    const told: unknown[] = [];
    link.onTip('topic', (tip) => void told.push(tip));
    link.onLost(() => void told.push('lost'));
    hears({ cordboard: 'tip', topic: 'topic', tip: { a: 1 } });
    hears({ cordboard: 'tip', topic: 'another', tip: { a: 2 } });
    hears({ cordboard: 'sibling-lost' });
    expect(told).toEqual([{ a: 1 }, 'lost']);
  });

  it.each([
    undefined,
    null,
    1,
    'stop',
    [],
    {},
    { cordboard: 1 },
    { cordboard: 'toString' },
    { cordboard: 'begin' },
  ])('pass over what neither of them says: %j', (message) => {
    expect(readToWorker(message)).toBeUndefined();
    expect(readToParent(message)).toBeUndefined();
  });
});
