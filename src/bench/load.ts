/**
 * The load, a process of its own: callers and agents of as many calls as it is told, on one clock. Told what to do by messages of its
 * parent, and answers each with one.
 */
import { AgentServer, type AgentTalk } from './agent-server.js';
import { openLine, streamAddress, type Account, type Line } from './caller-lines.js';
import { encodeCell } from './cell.js';
import type { Profile } from './profile.js';
import { Tally, type DirectionReport } from './tally.js';

export type LoadOrder =
  | {
      readonly do: 'open';
      readonly calls: number;
      readonly relayUrl: string;
      readonly isService: boolean;
      readonly account: Account;
    }
  | { readonly do: 'run'; readonly profile: Profile; readonly seconds: number }
  | { readonly do: 'close' };

export interface LoadReport {
  /** Caller to agent, agent to caller. */
  readonly up: DirectionReport;
  readonly down: DirectionReport;
  /** Share of one processor that this process took, and how late its own clock was at p99. */
  readonly busy: number;
  readonly lagP99Ms: number;
  readonly seconds: number;
}

/** So many lines are opened at once. */
const OPENING = 20;
const TICK_MS = 1;
const SETTLE_MS = 500;

const now = (): number => performance.now();
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

class Load {
  private up = new Tally();
  private down = new Tally();
  private lines: Line[] = [];
  private readonly talks = new Map<number, AgentTalk>();
  readonly agents = new AgentServer({
    opened: (talk) => void this.talks.set(talk.call, talk),
    audio: (call, text, from) => this.up.arrived(call, text, from, now()),
    pong: () => undefined,
  });

  async open({ calls, relayUrl, isService, account }: Extract<LoadOrder, { do: 'open' }>): Promise<void> {
    const heard = (call: number, text: string, from: number): void =>
      this.down.arrived(call, text, from, now());
    for (let first = 1; first <= calls; first += OPENING) {
      const numbers = Array.from({ length: Math.min(OPENING, calls - first + 1) }, (_each, at) => first + at);
      const opened = numbers.map(async (call) => {
        const address = isService
          ? await streamAddress(relayUrl, account, call)
          : relayUrl.replace('http', 'ws');
        return openLine(address, account, call, heard);
      });
      this.lines.push(...(await Promise.all(opened)));
    }
    // Each says something until its agent is known.
    const until = now() + 30_000;
    while (this.talks.size < calls) {
      for (const line of this.lines)
        if (!this.talks.has(line.call))
          line.send(encodeCell({ call: line.call, number: this.up.take(line.call), dueMs: now() }, 160));
      if (now() > until) throw new Error(`${this.talks.size} of ${calls} calls came through`);
      await pause(20);
    }
    await pause(SETTLE_MS);
  }

  async run(profile: Profile, seconds: number): Promise<LoadReport> {
    const startedAt = now();
    const endsAt = startedAt + seconds * 1000;
    const busyFrom = process.cpuUsage();
    this.up.begin();
    this.down.begin();
    // Spread over their rhythm, as calls are that began at different times.
    const due = this.lines.map((line, at) => {
      const share = at / this.lines.length;
      return {
        line,
        talk: this.talks.get(line.call),
        callerMs: startedAt + share * profile.callerEveryMs,
        agentMs: startedAt + share * profile.agentEveryMs,
      };
    });
    const lags: number[] = [];
    for (let at = now(); at < endsAt; at = now()) {
      for (const one of due) {
        for (; one.callerMs <= at; one.callerMs += profile.callerEveryMs)
          this.sayCaller(one.line, one.callerMs, profile);
        for (; one.agentMs <= at; one.agentMs += profile.agentEveryMs)
          this.sayAgent(one.talk, one.agentMs, profile);
      }
      const restsAt = now();
      await pause(TICK_MS);
      lags.push(Math.max(0, now() - restsAt - TICK_MS));
    }
    const { user, system } = process.cpuUsage(busyFrom);
    const tookMs = now() - startedAt;
    await pause(SETTLE_MS);
    const lagP99Ms = lags.toSorted((a, b) => a - b)[Math.floor(lags.length * 0.99)] ?? 0;
    return {
      up: this.up.report(),
      down: this.down.report(),
      busy: (user + system) / 1000 / tookMs,
      lagP99Ms,
      seconds: tookMs / 1000,
    };
  }

  close(): void {
    for (const { socket } of this.lines) socket.terminate();
    this.lines = [];
    this.talks.clear();
    this.up = new Tally();
    this.down = new Tally();
  }

  private sayCaller(line: Line, dueMs: number, { callerBytes }: Profile): void {
    line.send(encodeCell({ call: line.call, number: this.up.take(line.call), dueMs }, callerBytes));
  }

  private sayAgent(talk: AgentTalk | undefined, dueMs: number, { agentPieces, agentBytes }: Profile): void {
    if (!talk) return;
    for (let piece = 0; piece < agentPieces; piece += 1)
      talk.say(encodeCell({ call: talk.call, number: this.down.take(talk.call), dueMs }, agentBytes));
  }
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
  if (order.do === 'open') await load.open(order);
  else if (order.do === 'run') return load.run(order.profile, order.seconds);
  else load.close();
  return {};
}
