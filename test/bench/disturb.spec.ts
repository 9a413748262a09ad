/** What the figures beside trouble are made of: who is measured, what agents say, the way to the database, differences within a round. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Chatter, isToolAnswer } from '../../src/bench/chatter.js';
import { ANSWER_DELAY_MS, DatabasePipe } from '../../src/bench/database-pipe.js';
import { disturbedTable } from '../../src/bench/disturb-report.js';
import { summariseDisturbed } from '../../src/bench/disturb-summary.js';
import type { DisturbedMeasurement } from '../../src/bench/disturb.js';
import { AGAIN, chosen, DISTURBANCES, UNDISTURBED } from '../../src/bench/disturbances.js';
import { portOf } from '../../src/bench/listening.js';
import { readOptions } from '../../src/bench/options.js';

describe('the disturbances', () => {
  it('have names of their own, between two measurements without any', () => {
    const names = DISTURBANCES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([names[0], names.at(-1)]).toEqual([UNDISTURBED, AGAIN]);
  });

  it('are chosen by parts of their names, and always compared with nothing', () => {
    expect(chosen(['blocked', 'tools: unknown']).map(({ name }) => name)).toEqual([
      UNDISTURBED,
      'database: blocked',
      'tools: unknown',
      AGAIN,
    ]);
    expect(chosen([])).toEqual(DISTURBANCES);
    expect(readOptions(['--disturb', '--only', 'tool,database', '--profile', 'none'])).toMatchObject({
      disturb: true,
      only: ['tool', 'database'],
      profiles: [],
    });
  });
});

describe('what agents say beside audio', () => {
  it('are turns of each, spread over the time between two, and floods of tools of one after the other', () => {
    const said: string[][] = [[], []];
    const speakers = said.map((own) => ({ tell: (message: string) => void own.push(message) }));
    const chatter = new Chatter();
    const tools = { name: 'no_such_tool', everyMs: 500, atOnce: 3 };
    for (const rhythm of chatter.rhythms(speakers, { turnEveryMs: 1000, tools }, 0)) rhythm.catchUp(999);
    expect(chatter.report()).toEqual({ turns: 2, toolCalls: 6, toolAnswers: 0 });
    const types = said.map((own) => own.map((text) => (JSON.parse(text) as { type: string }).type));
    const turn = ['user_transcript', 'agent_response'];
    const flood = Array.from({ length: 3 }, () => 'client_tool_call');
    expect(types).toEqual([
      [...turn, ...flood],
      [...turn, ...flood],
    ]);
    const ids = said.flat().flatMap((text) => /"tool_call_id":"(\w+)"/.exec(text)?.[1] ?? []);
    expect(new Set(ids).size).toBe(6);
    chatter.begin();
    expect(chatter.report()).toEqual({ turns: 0, toolCalls: 0, toolAnswers: 0 });
  });

  it('is answered by the result of a tool alone', () => {
    expect(isToolAnswer('{"type":"client_tool_result","tool_call_id":"1","result":"x"}')).toBe(true);
    expect(isToolAnswer('{"type":"pong","event_id":1}')).toBe(false);
  });
});

describe('the way to the database', () => {
  const sockets: Socket[] = [];
  const echo = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  let pipe: DatabasePipe;
  let client: Socket;
  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    pipe = await DatabasePipe.to({ host: '127.0.0.1', port: portOf(echo) });
    client = connect(pipe.port, '127.0.0.1');
    await once(client, 'connect');
  });
  afterAll(async () => {
    client.destroy();
    for (const socket of sockets) socket.destroy();
    await pipe.close();
    await new Promise((resolve) => echo.close(resolve));
  });
  const answer = async (chars: number): Promise<string> => {
    let text = '';
    while (text.length < chars) text += String((await once(client, 'data'))[0]);
    return text;
  };

  const counted = async (count: number): Promise<void> => {
    while (Object.values(pipe.proof)[0] !== count) await new Promise((resolve) => setImmediate(resolve));
  };

  it('carries what is said there and back', async () => {
    client.write('one');
    expect(await answer(3)).toBe('one');
    expect(pipe.proof).toEqual({ 'requests to the database': 1 });
  });

  it('carries answers late, and those after them behind them', async () => {
    pipe.begin('slow');
    const askedAt = performance.now();
    client.write('two');
    await counted(1);
    expect(pipe.proof).toEqual({ [`answers of the database ${ANSWER_DELAY_MS} ms late`]: 1 });
    pipe.end();
    client.write('three');
    expect(await answer(8)).toBe('twothree');
    // A timer may be a millisecond early.
    expect(performance.now() - askedAt).toBeGreaterThan(ANSWER_DELAY_MS - 2);
  });

  it('keeps what is asked to itself, until it does not any more', async () => {
    pipe.begin('blocked');
    client.write('four');
    await counted(1);
    expect(pipe.proof).toEqual({ 'requests never answered': 1 });
    expect(client.bytesRead).toBe('onetwothree'.length);
    pipe.end();
    expect(await answer(4)).toBe('four');
  });
});

const direction = { sent: 10, received: 10, lost: 0, crossed: 0, disordered: 0 };
const measured = (
  name: string,
  p99: number,
  proof: Readonly<Record<string, number>> = {},
  toolCalls = 0,
): DisturbedMeasurement => ({
  name,
  proof,
  measured: {
    target: name,
    micros: 1,
    helperMicros: 0,
    busy: 0.1,
    kilobytesPerCall: 1,
    loopP99Ms: 1,
    clear: undefined,
    left: 0,
    load: {
      up: { ...direction, delays: { count: 10, p50: 1, p95: 2, p99, max: 9 } },
      down: { ...direction, lost: 1, delays: { count: 10, p50: 1, p95: 2, p99: 2 * p99, max: 9 } },
      firstAudio: { count: 0, p50: 0, p95: 0, p99: 0, max: 0 },
      clear: { count: 0, p50: 0, p95: 0, p99: 0, max: 0 },
      chatter: { turns: 5, toolCalls, toolAnswers: toolCalls },
      busy: 0.1,
      lagP99Ms: 0.5,
      seconds: 1,
    },
  },
});

describe('a summary of what was measured beside trouble', () => {
  const rounds = [
    [measured(UNDISTURBED, 3), measured('database: slow', 4, { 'requests late': 10 }, 2)],
    [measured(UNDISTURBED, 10), measured('database: slow', 9, { 'requests late': 30 }, 2)],
    [measured(UNDISTURBED, 5), measured('database: slow', 8, { 'requests late': 20 }, 2)],
  ];
  const [undisturbed, slow] = summariseDisturbed(rounds);

  it('has what p99 moved by within each round, median, least and most', () => {
    expect(slow).toMatchObject({ rounds: 3, up: { p50: 1, p99: 8, moved: [1, -1, 3] }, lost: 3 });
    expect(slow?.down).toEqual({ p50: 1, p99: 16, moved: [2, -2, 6] });
    expect(undisturbed?.up.moved).toBeUndefined();
  });

  it('has what happened, and shows it in the words of whoever saw it', () => {
    expect(slow?.proof).toEqual({
      'turns said': 5,
      'tools called': 2,
      'tools answered': 2,
      'requests late': 20,
    });
    if (!slow || !undisturbed) throw new Error('there are two');
    const table = disturbedTable([undisturbed, slow], true);
    expect(table.split('\n')).toHaveLength(4);
    expect(table).toContain('| +1.00 [−1.00 to +3.00] |');
    expect(table).toContain('20 requests late');
  });
});
