/**
 * The load, a process of its own: callers and agents of as many calls as it is told, on one clock. Told what to do by messages of its
 * parent, and answers each with one.
 */
import { AgentServer, type AgentTalk } from './agent-server.js';
import { hangUp, openLine, streamAddress, type Account, type Line, type LineEvents } from './caller-lines.js';
import { encodeCell, GREETING } from './cell.js';
import { Chatter, type ChatterReport, type Talk } from './chatter.js';
import { Delays, type DelaySummary } from './delays.js';
import type { Profile } from './profile.js';
import { Rhythm } from './rhythm.js';
import { Tally, type DirectionReport } from './tally.js';

export type LoadOrder =
  | {
      readonly do: 'open';
      readonly calls: number;
      readonly relayUrl: string;
      readonly isService: boolean;
      readonly account: Account;
    }
  | {
      readonly do: 'run';
      readonly profile: Profile;
      readonly seconds: number;
      /** Agents tell of a caller who cuts in now and then. */
      readonly interrupts?: boolean;
      /** What agents send beside audio. */
      readonly talk?: Talk | undefined;
    }
  /** Ends all lines, and tells how many sockets of agents were left open after it. */
  | { readonly do: 'close' };

export interface LoadReport {
  /** Caller to agent, agent to caller. */
  readonly up: DirectionReport;
  readonly down: DirectionReport;
  /** From the voice request of a line, or its opening, to the first audio of its agent, of all lines that were opened. */
  readonly firstAudio: DelaySummary;
  /** From an interruption that an agent tells to the `clear` at the line. */
  readonly clear: DelaySummary;
  readonly chatter: ChatterReport;
  /** Share of one processor that this process took, and how late its own clock was at p99. */
  readonly busy: number;
  readonly lagP99Ms: number;
  readonly seconds: number;
}

/** So many lines are opened at once. */
const OPENING = 20;
const TICK_MS = 1;
const SETTLE_MS = 500;
const INTERRUPT_EVERY_MS = 500;
const PATIENCE_MS = 30_000;

const now = (): number => performance.now();
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

class Load {
  private up = new Tally();
  private down = new Tally();
  private firstAudio = new Delays();
  private readonly clear = new Delays();
  private readonly chatter = new Chatter();
  private lines: Line[] = [];
  private hangUp: (line: Line) => Promise<void> = () => Promise.resolve();
  private readonly talks = new Map<number, AgentTalk>();
  /** When each line that has heard nothing yet was asked for, and each interruption told that has cleared nothing yet. */
  private readonly askedAt = new Map<number, number>();
  private readonly interruptedAt = new Map<number, number>();
  readonly agents = new AgentServer({
    opened: (talk) => void this.talks.set(talk.call, talk),
    audio: (call, cell) => this.up.arrived(call, cell, now()),
    toolAnswered: () => this.chatter.toolAnswered(),
  });

  async open({ calls, relayUrl, isService, account }: Extract<LoadOrder, { do: 'open' }>): Promise<void> {
    const events: LineEvents = {
      audio: (call, cell) => {
        if (cell.call === GREETING) settle(this.askedAt, call, this.firstAudio);
        else this.down.arrived(call, cell, now());
      },
      cleared: (call) => settle(this.interruptedAt, call, this.clear),
    };
    this.hangUp = async (line) => {
      if (isService) await hangUp(relayUrl, account, line);
      else line.socket.terminate();
    };
    for (let first = 1; first <= calls; first += OPENING) {
      const numbers = Array.from({ length: Math.min(OPENING, calls - first + 1) }, (_each, at) => first + at);
      const opened = numbers.map(async (call) => {
        this.askedAt.set(call, now());
        const address = isService
          ? await streamAddress(relayUrl, account, call)
          : relayUrl.replace('http', 'ws');
        return openLine(address, account, call, events);
      });
      this.lines.push(...(await Promise.all(opened)));
    }
    // Each says something until its agent is known.
    const until = now() + PATIENCE_MS;
    while (this.talks.size < calls) {
      for (const line of this.lines)
        if (!this.talks.has(line.call))
          line.send(encodeCell({ call: line.call, number: this.up.take(line.call), dueMs: now() }, 160));
      if (now() > until) throw new Error(`${this.talks.size} of ${calls} calls came through`);
      await pause(20);
    }
    await pause(SETTLE_MS);
  }

  async run({ profile, seconds, interrupts, talk }: Extract<LoadOrder, { do: 'run' }>): Promise<LoadReport> {
    const startedAt = now();
    const busyFrom = process.cpuUsage();
    this.up.begin();
    this.down.begin();
    this.clear.reset();
    this.chatter.begin();
    const rhythms = [
      ...this.rhythms(profile, startedAt, interrupts === true),
      ...(talk ? this.chatter.rhythms([...this.talks.values()], talk, startedAt) : []),
    ];
    const lags: number[] = [];
    for (let at = now(); at < startedAt + seconds * 1000; at = now()) {
      for (const rhythm of rhythms) rhythm.catchUp(at);
      const restsAt = now();
      await pause(TICK_MS);
      lags.push(Math.max(0, now() - restsAt - TICK_MS));
    }
    const { user, system } = process.cpuUsage(busyFrom);
    const tookMs = now() - startedAt;
    await pause(SETTLE_MS);
    return {
      up: this.up.report(),
      down: this.down.report(),
      firstAudio: this.firstAudio.summary(),
      clear: this.clear.summary(),
      chatter: this.chatter.report(),
      busy: (user + system) / 1000 / tookMs,
      lagP99Ms: lags.toSorted((a, b) => a - b)[Math.floor(lags.length * 0.99)] ?? 0,
      seconds: tookMs / 1000,
    };
  }

  async close(): Promise<{ readonly left: number }> {
    const ends = this.lines.map((line) => this.hangUp(line));
    await Promise.allSettled(ends);
    const until = now() + PATIENCE_MS;
    while (this.agents.open > 0 && now() < until) await pause(20);
    const left = this.agents.open;
    this.lines = [];
    this.talks.clear();
    this.up = new Tally();
    this.down = new Tally();
    this.firstAudio = new Delays();
    return { left };
  }

  /** Spread over their periods, as calls are that began at different times. */
  private rhythms(profile: Profile, startedAt: number, interrupts: boolean): readonly Rhythm[] {
    return this.lines.flatMap((line, at) => {
      const share = at / this.lines.length;
      const talk = this.talks.get(line.call);
      const every = (ms: number, act: (dueMs: number) => void): Rhythm =>
        new Rhythm(ms, startedAt + share * ms, act);
      const caller = every(profile.callerEveryMs, (dueMs) => this.sayCaller(line, dueMs, profile));
      if (!talk) return [caller];
      return [
        caller,
        ...(profile.agentPieces === 0
          ? []
          : [every(profile.agentEveryMs, (dueMs) => this.sayAgent(talk, dueMs, profile))]),
        ...(interrupts ? [every(INTERRUPT_EVERY_MS, () => this.interrupt(talk))] : []),
      ];
    });
  }

  private sayCaller(line: Line, dueMs: number, { callerBytes }: Profile): void {
    line.send(encodeCell({ call: line.call, number: this.up.take(line.call), dueMs }, callerBytes));
  }

  private sayAgent(talk: AgentTalk, dueMs: number, { agentPieces, agentBytes }: Profile): void {
    for (let piece = 0; piece < agentPieces; piece += 1)
      talk.say(encodeCell({ call: talk.call, number: this.down.take(talk.call), dueMs }, agentBytes));
  }

  private interrupt(talk: AgentTalk): void {
    this.interruptedAt.set(talk.call, now());
    talk.interrupt();
  }
}

/** What was waited for has come: counts how long it took. */
function settle(waiting: Map<number, number>, call: number, delays: Delays): void {
  const since = waiting.get(call);
  if (since === undefined) return;
  waiting.delete(call);
  delays.add(now() - since);
}

const load = new Load();
const port = await load.agents.listen();
process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ answer: { port } });

async function obey(order: LoadOrder): Promise<unknown> {
  if (order.do === 'close') return load.close();
  if (order.do === 'run') return load.run(order);
  await load.open(order);
  return {};
}
