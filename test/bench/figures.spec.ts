/** What the figures of the benchmark are made of: pieces that are counted, delays, medians and ratios. */
import { verdictOf } from '../../src/bench/capacity.js';
import { decodeCell, encodeCell } from '../../src/bench/cell.js';
import { Delays } from '../../src/bench/delays.js';
import { faultsOf } from '../../src/bench/guard.js';
import { readOptions } from '../../src/bench/options.js';
import type { Measurement } from '../../src/bench/measure.js';
import { Rhythm } from '../../src/bench/rhythm.js';
import { markdownTable, screenTable } from '../../src/bench/report.js';
import { median, summarise } from '../../src/bench/summary.js';
import { Tally } from '../../src/bench/tally.js';

describe('a piece of audio', () => {
  it('says whose it is after its way through a relay', () => {
    const text = `{"event":"media","payload":"${encodeCell({ call: 7, number: 42, dueMs: 1234.5 }, 160)}"}`;
    const from = text.indexOf('"payload":"') + 11;
    expect(decodeCell(text, from)).toEqual({ call: 7, number: 42, dueMs: 1234.5 });
    expect(Buffer.from(text.slice(from, text.indexOf('"', from)), 'base64')).toHaveLength(160);
  });

  it('is none when it is something else', () => {
    expect(decodeCell(Buffer.alloc(160, 0x7f).toString('base64'), 0)).toBeUndefined();
    expect(decodeCell('', 0)).toBeUndefined();
  });
});

describe('a tally', () => {
  const arrive = (tally: Tally, number: number, call = 1, of = 1): void =>
    tally.arrived(of, { call, number, dueMs: 0 }, 5);
  const sending = (count: number): Tally => {
    const tally = new Tally();
    for (let at = 0; at < count; at += 1) tally.take(1);
    return tally;
  };

  it('finds nothing wrong when everything comes once and in order', () => {
    const tally = sending(3);
    for (const number of [0, 1, 2]) arrive(tally, number);
    expect(tally.report()).toMatchObject({ sent: 3, received: 3, lost: 0, crossed: 0, disordered: 0 });
  });

  it('finds what is lost, in disorder, or at another call', () => {
    const tally = sending(4);
    for (const number of [0, 2, 1]) arrive(tally, number);
    expect(tally.report()).toMatchObject({ lost: 1, disordered: 2 });
    arrive(tally, 3, 1, 2);
    expect(tally.report()).toMatchObject({ lost: 0, crossed: 1 });
  });

  it('forgets what was before it begins, also what was lost then', () => {
    const tally = sending(5);
    tally.begin();
    tally.take(1);
    arrive(tally, 5);
    expect(tally.report()).toMatchObject({ sent: 1, received: 1, lost: 0, disordered: 0 });
  });
});

describe('delays', () => {
  it('are summed up to a hundredth of themselves, and the most to the bit', () => {
    const delays = new Delays();
    for (let ms = 1; ms <= 1000; ms += 1) delays.add(ms / 10);
    const { count, p50, p95, p99, max } = delays.summary();
    expect([count, max]).toEqual([1000, 100]);
    for (const [is, shouldBe] of [
      [p50, 50],
      [p95, 95],
      [p99, 99],
    ] as const)
      expect(Math.abs(is / shouldBe - 1)).toBeLessThan(0.01);
    delays.reset();
    expect(delays.summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });
});

const direction = { sent: 10, received: 10, lost: 0, crossed: 0, disordered: 0 };
const delay = { count: 10, p50: 1, p95: 2, p99: 3, max: 4 };
const measured = (target: string, micros: number | undefined, lost = 0): Measurement => ({
  target,
  micros,
  helperMicros: 1,
  busy: 0.1,
  kilobytesPerCall: 10,
  loopP99Ms: 1,
  clear: undefined,
  left: 0,
  load: {
    up: { ...direction, lost, delays: delay },
    down: { ...direction, delays: { ...delay, p50: 2 } },
    firstAudio: delay,
    clear: delay,
    chatter: { turns: 0, toolCalls: 0, toolAnswers: 0 },
    busy: 0.2,
    lagP99Ms: 0.5,
    seconds: 3,
  },
});

describe('a summary', () => {
  it('has ratios within each round, and their median', () => {
    const rounds = [
      [measured('ours', 10), measured('base', 20)],
      [measured('ours', 40), measured('base', 40)],
      [measured('ours', 30, 2), measured('base', 40)],
    ];
    const [ours, base] = summarise(rounds, 'base');
    expect(ours).toMatchObject({ rounds: 3, micros: 30, ratio: 0.75, ratioRange: [0.5, 1], lost: 2 });
    expect(ours).toMatchObject({ up: { p50: 1 }, down: { p50: 2 } });
    expect(base).toMatchObject({ ratio: 1, lost: 0 });
  });

  it('says nothing where the system said nothing', () => {
    const [row] = summarise([[measured('nothing', undefined), measured('base', 1)]], 'base');
    expect(row).toMatchObject({ micros: undefined, ratio: undefined });
    if (!row) throw new Error('there is one');
    expect(screenTable([row])).toContain('–');
    expect(markdownTable([row]).split('\n')).toHaveLength(3);
  });

  it('takes the middle one, or the middle of two', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([]), median([1, undefined])]).toEqual([
      2,
      2.5,
      undefined,
      undefined,
    ]);
  });
});

describe('the guard', () => {
  const faults = (ours: number | undefined, lost = 0): readonly string[] => {
    const [row, pipe] = summarise([[measured('ours', ours, lost), measured('pipe', 10)]], 'pipe');
    if (!row || !pipe) throw new Error('there are two');
    return faultsOf(row, pipe);
  };

  it('is content with a price that a pipe of bytes explains', () => {
    expect(faults(40)).toEqual([]);
    expect(faults(undefined)).toEqual([]);
  });

  it('names a price that it does not explain, and every message that was lost', () => {
    expect(faults(41)).toEqual([
      'a message costs 4.10 times what the pipe of bytes takes, expected at most 4',
    ]);
    expect(faults(40, 2)).toEqual(['lost: 2, expected 0']);
  });
});

describe('a step towards the most calls', () => {
  const step = (p99: number, lost: number, busy: number): string => {
    const measurement = measured('ours', 1, lost);
    const { load } = measurement;
    return verdictOf({ load: { ...load, busy, down: { ...load.down, delays: { ...delay, p99 } } } });
  };

  it.each([
    [19, 0, 0.5, 'carried'],
    [20, 0, 0.5, 'too late'],
    [5, 1, 0.5, 'lost'],
    [20, 0, 0.9, 'the load is at its limit'],
    [5, 0, 0.9, 'carried'],
  ])('with p99 of %d ms, %d lost and a load that is busy to %d is %s', (p99, lost, busy, verdict) => {
    expect(step(p99, lost, busy)).toBe(verdict);
  });
});

describe('a rhythm', () => {
  it('makes up for what it missed, each at the moment at which it was due', () => {
    const due: number[] = [];
    const rhythm = new Rhythm(20, 10, (dueMs) => void due.push(dueMs));
    rhythm.catchUp(9);
    rhythm.catchUp(55);
    expect(due).toEqual([10, 30, 50]);
  });
});

describe('the options', () => {
  it('have defaults', () => {
    expect(readOptions([])).toEqual({
      calls: [100],
      rounds: 5,
      seconds: 5,
      profiles: ['steady', 'conversation'],
      growth: [],
      relays: [],
      capacity: false,
      soakSeconds: 0,
      guard: false,
      disturb: false,
      only: [],
      database: undefined,
      json: undefined,
      write: false,
    });
    expect(readOptions(['--calls', '10,200', '--profile', 'steady', '--json', 'x.json'])).toMatchObject({
      calls: [10, 200],
      profiles: ['steady'],
      json: 'x.json',
    });
  });

  it.each([
    [['--calls', 'many'], /--calls: expected a whole number/],
    [['--rounds', '0'], /--rounds/],
    [['--profile', 'fast'], /--profile: expected steady/],
    [['--soak', 'long'], /--soak: expected a whole number/],
    [['--speed'], /--speed/],
  ])('name what is wrong with %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
