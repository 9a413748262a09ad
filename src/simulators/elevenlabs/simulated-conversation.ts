/**
 * One conversation as the agent's side saw it: what came, what went, how it ended, and promises on those facts. Times are of
 * `performance.now()`. It records and answers; it plays nothing (see `script-player.ts`).
 */
import type { ClientToolResult, ContextualUpdate } from '../../protocol/elevenlabs/conversation.messages.js';
import type { ReceivedInitiation } from '../../protocol/elevenlabs/conversation.agent-side.codec.js';
import type { AgentScript, AgentStep } from './agent-script.js';
import type { PostCallDelivery } from './post-call-webhook.js';

export interface ReceivedAudio {
  readonly payload: Buffer;
  readonly atMs: number;
}
export interface SentAudio extends ReceivedAudio {
  readonly eventId: number;
}
export interface ConversationTurn {
  readonly role: 'agent' | 'caller';
  /** What the agent meant to say; for the caller the transcript as it was sent, marked when it was scripted. */
  readonly text: string;
  /** What of it had been played, for an agent's turn that was cut off; otherwise the same as `text`. */
  heard: string;
  interrupted: boolean;
  readonly atMs: number;
  readonly eventId: number;
}
export interface SimulatedToolCall {
  readonly id: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly expectsResponse: boolean;
  readonly atMs: number;
  result?: ClientToolResult;
  answeredAtMs?: number;
  timedOut: boolean;
}
export interface ConversationSettings {
  readonly firstMessage: string;
  readonly prompt?: string;
  readonly language?: string;
  readonly voiceId?: string;
}
export interface ConversationEnd {
  readonly by: 'agent' | 'client' | 'network';
  /** The close code as a client sees it; 1006 when there was no close frame. */
  readonly code: number;
  readonly reason: string;
  readonly atMs: number;
}
interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

const MAX_ARRIVALS_TOLD = 12;
const DEFAULT_LIMIT_MS = 10_000;

/** A script that was not played to its end, or a fact that did not come in time. */
export class ScriptUnfinished extends Error {
  override readonly name = 'ScriptUnfinished';
}

export class SimulatedConversation {
  readonly openedAtMs = performance.now();
  /** Milliseconds since the Unix epoch. */
  readonly openedAt = Date.now();
  initiation: ReceivedInitiation | undefined;
  /** What holds after the client's overrides; undefined until the conversation has started. */
  settings: ConversationSettings | undefined;
  readonly receivedAudio: ReceivedAudio[] = [];
  receivedAudioBytes = 0;
  readonly sentAudio: SentAudio[] = [];
  sentAudioBytes = 0;
  /** When everything sent so far has been played, in real time from when it was sent. */
  playedUntilMs = 0;
  readonly toolCalls: SimulatedToolCall[] = [];
  /** Every `client_tool_result`, also those that nobody asked for. */
  readonly toolResults: (ClientToolResult & { readonly atMs: number })[] = [];
  readonly pings: { readonly eventId: number; readonly atMs: number }[] = [];
  readonly pongs: {
    readonly eventId: number;
    readonly atMs: number;
    readonly roundTripMs: number | undefined;
  }[] = [];
  readonly contextualUpdates: (ContextualUpdate & { readonly atMs: number })[] = [];
  readonly userMessages: { readonly text: string; readonly atMs: number }[] = [];
  readonly turns: ConversationTurn[] = [];
  readonly interruptions: {
    readonly eventId: number;
    readonly atMs: number;
    readonly by: 'voice' | 'message';
  }[] = [];
  /** Messages that came while the conversation waited in the queue, and were thrown away. */
  discardedMessages = 0;
  end: ConversationEnd | undefined;
  /** When the record became final, some time after the end. */
  processedAtMs: number | undefined;
  /** Webhooks that told of this conversation, in the order of sending, answers included. */
  readonly deliveries: PostCallDelivery[] = [];
  /** Why the agent's side gave up, when it did; becomes the record's termination reason. */
  terminationReason = '';
  /** A fault of the simulator itself, such as a `speak` that threw. */
  failure: Error | undefined;
  /** The step being played, from 0; -1 before the steps, `script.steps.length` after them. */
  stepIndex = -1;
  private readonly arrivals: string[] = [];
  private waiters: Waiter[] = [];

  constructor(
    readonly id: string,
    readonly agentId: string,
    readonly script: AgentScript,
    readonly authorization: 'signed_url' | 'public',
  ) {}

  get closedBy(): ConversationEnd['by'] | undefined {
    return this.end?.by;
  }
  get closeCode(): number | undefined {
    return this.end?.code;
  }
  /** In the vendor's words. */
  get status(): 'initiated' | 'in-progress' | 'processing' | 'done' | 'failed' {
    if (!this.end) return this.settings ? 'in-progress' : 'initiated';
    if (this.processedAtMs === undefined) return 'processing';
    return this.hasFailed ? 'failed' : 'done';
  }
  /** Seconds of connection time, so far or in all. */
  get connectedSecs(): number {
    return ((this.end?.atMs ?? performance.now()) - this.openedAtMs) / 1000;
  }
  /** The agent's side ended it, and not in the ordinary way. */
  get hasFailed(): boolean {
    return this.end?.by === 'agent' && this.end.code !== 1000;
  }
  /** All steps were played. The agent stays on the line afterwards, silent, until somebody hangs up. */
  get finished(): boolean {
    return this.stepIndex >= this.script.steps.length;
  }
  /** Milliseconds of the agent's audio that are still to be played. */
  get owedMs(): number {
    return this.end ? 0 : Math.max(0, this.playedUntilMs - performance.now());
  }
  /** The caller's audio in one piece. */
  get heardBytes(): Buffer {
    return Buffer.concat(this.receivedAudio.map((audio) => audio.payload));
  }
  /** The agent's audio in one piece, cut-off chunks included. */
  get saidBytes(): Buffer {
    return Buffer.concat(this.sentAudio.map((audio) => audio.payload));
  }

  /**
   * Resolves when `holds` does; checked after every fact of this conversation.
   * @param fact completes the sentence "waited until …" of the error
   * @param limitMs default 10000
   * @throws ScriptUnfinished when it does not hold in time, saying how far the conversation is
   */
  async until(
    fact: string,
    holds: (conversation: this) => boolean,
    limitMs = DEFAULT_LIMIT_MS,
  ): Promise<void> {
    if (holds(this)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        reject(new ScriptUnfinished(`Waited ${limitMs} ms until ${fact}. ${this.whereabouts()}`));
      }, limitMs);
      const waiter: Waiter = {
        holds: () => holds(this),
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.waiters.push(waiter);
    });
  }

  async untilClosed(limitMs?: number): Promise<ConversationEnd> {
    await this.until('the conversation is closed', () => this.end !== undefined, limitMs);
    return this.end ?? { by: 'network', code: 1006, reason: '', atMs: performance.now() };
  }

  /** Resolves once the record is final: `done` or `failed`. */
  async untilProcessed(limitMs?: number): Promise<void> {
    await this.until('the conversation is processed', () => this.processedAtMs !== undefined, limitMs);
  }

  /** Resolves once so many webhooks of this conversation were answered or given up. */
  async untilDeliveries(count: number, limitMs?: number): Promise<readonly PostCallDelivery[]> {
    const isOver = ({ status, failure }: PostCallDelivery): boolean =>
      status !== undefined || failure !== undefined;
    const over = (): number => this.deliveries.filter(isOver).length;
    await this.until(`${count} webhooks are answered`, () => over() >= count, limitMs);
    return this.deliveries;
  }

  async untilFinished(limitMs?: number): Promise<void> {
    await this.until('every step is played', () => this.finished, limitMs);
  }

  /** Resolves when the caller can have heard everything that the agent has sent: from then on his voice interrupts nothing. */
  async untilPlayed(): Promise<void> {
    for (let owedMs = this.owedMs; owedMs > 0; owedMs = this.owedMs) {
      await new Promise((resolve) => {
        setTimeout(resolve, Math.ceil(owedMs) + 1);
      });
    }
  }

  /** Resolves once step number `index` (from 0) is being played or over. */
  async untilStep(index: number, limitMs?: number): Promise<void> {
    await this.until(`step ${index} is reached`, () => this.stepIndex >= index, limitMs);
  }

  async untilTurns(role: ConversationTurn['role'], count: number, limitMs?: number): Promise<void> {
    const spoken = (): number => this.turns.filter((turn) => turn.role === role).length;
    await this.until(`the ${role} has had ${count} turns`, () => spoken() >= count, limitMs);
  }

  /** @throws ScriptUnfinished naming the step that was waited for, what came instead, and what was left. */
  assertFinished(): void {
    if (this.finished) return;
    throw new ScriptUnfinished(`The agent's script was not played to its end. ${this.whereabouts()}`);
  }

  /** For the simulator: something came from the client. */
  arrives(what: string): void {
    const last = this.arrivals.at(-1);
    if (what !== 'audio' || last !== what) this.arrivals.push(what);
    if (this.arrivals.length > MAX_ARRIVALS_TOLD) this.arrivals.shift();
    this.changed();
  }

  /** For the simulator: the next step begins, or the steps are over. */
  reachesStep(index: number): void {
    this.stepIndex = index;
    this.arrivals.length = 0;
    this.changed();
  }

  /** For the simulator: a fact was recorded; whoever waits for it is told. */
  changed(): void {
    if (this.waiters.length === 0) return;
    const due = this.waiters.filter((waiter) => waiter.holds());
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve();
  }

  private whereabouts(): string {
    const { steps } = this.script;
    const step = steps[this.stepIndex];
    const at = step
      ? `Step ${this.stepIndex} was waited for: ${told(step)}.`
      : this.stepIndex < 0
        ? 'The first message was not over, no step had begun.'
        : 'Every step was played.';
    const came =
      this.arrivals.length > 0 ? `Since then came: ${this.arrivals.join(', ')}.` : 'Since then nothing came.';
    const rest = steps.slice(Math.max(this.stepIndex + 1, 0)).map(told);
    const left = rest.length > 0 ? `Left: ${rest.join('; ')}.` : '';
    const end = this.end
      ? `Closed by the ${this.end.by} with ${this.end.code} ${this.end.reason}`.trimEnd() + '.'
      : 'Still open.';
    const failure = this.failure === undefined ? '' : `The simulator failed: ${this.failure.message}.`;
    return [`Conversation ${this.id}:`, at, came, left, end, failure].filter((part) => part !== '').join(' ');
  }
}

function told(step: AgentStep): string {
  if (step.step === 'speaks') return `speaks "${step.text}"`;
  if (step.step === 'calls-tool') return `calls-tool ${step.name}`;
  return step.step;
}
