/**
 * Joins a phone line and an agent: the only place where both are known. Holds audio until the other side is there, cuts when
 * the caller cuts in, lets last words play, and ends once, with one cause. Knows no socket, no vendor and no store.
 *
 * `end` is our decision, `…Gone` and `…Stopped` happened to us; all may come twice, and the first cause wins.
 */
import { soundBytesOf, textOf, type Base64Audio } from '../audio/base64-audio.js';
import type { CallFailure, EndReason, Variables } from '../call/call.js';
import type { ToolCall, ToolContext } from '../tool/tool.js';
import { newCounters, type BridgeCounters, type BridgeFact } from './bridge-facts.js';
import { NEVER_STARTED, patienceWithAgent, type BridgeParts } from './bridge-parts.js';
import { DigitCollector } from './digit-collector.js';
import { HeldAudio } from './held-audio.js';
import type { AgentEndReason, AgentEvents, AgentLeg, CarrierEvents, LineStart } from './legs.js';
import { OperatorHand } from './operator-hand.js';
import { PlaybackLedger, type Cut } from './playback-ledger.js';
import { SessionTimers } from './session-timers.js';
import { Taps } from './taps.js';

type Phase = 'waiting-for-line' | 'waiting-for-agent' | 'talking' | 'finishing' | 'ended';

/** After `end_call` the last words are still on their way; every chunk of them restarts this wait for the close. */
const LAST_WORDS_MS = 5000;
/** How much later than computed the mark after the last words may come back before we stop waiting for it. */
const MARK_GRACE_MS = 2000;

export class BridgeSession implements CarrierEvents, AgentEvents {
  readonly counters: BridgeCounters = newCounters();
  /** Who listens to the media. */
  readonly taps: Taps;
  /** For people and tools. */
  readonly hand: OperatorHand;
  /** Set while the line is taken elsewhere: that it goes is no hanging up then. */
  isLeaving = false;
  private phase: Phase = 'waiting-for-line';
  private agent: AgentLeg | undefined;
  private agentIsReady = false;
  private agentIsQueued = false;
  private conversationId = '';
  private variables: Variables = {};
  private lastInterruption = -1;
  private goodbye: { readonly mark: string; readonly reason: EndReason } | undefined;
  private readonly callerHold = new HeldAudio();
  private readonly agentHold: { payload: string; eventId: number }[] = [];
  private readonly heldWords: string[] = [];
  private readonly ledger = new PlaybackLedger();
  private readonly digits: DigitCollector;
  private readonly over = new AbortController();
  private readonly timers: SessionTimers;

  constructor(private readonly parts: BridgeParts) {
    this.timers = new SessionTimers(parts.clock);
    this.taps = new Taps(parts.tap);
    this.hand = new OperatorHand({
      ...parts,
      ledger: this.ledger,
      agent: () => this.agent,
      isTalking: () => this.phase === 'talking',
      tap: () => this.taps.now,
      cut: () => this.cutPlayback(),
      tell: (fact) => this.tell(fact),
      endWithoutAgent: (failure) => this.end('agent-failed', failure),
    });
    this.digits = new DigitCollector(parts.clock, (digits) => this.sayDigits(digits));
    this.timers.deadline(parts.limits.startTimeoutMs, () => this.end('stream-failed', NEVER_STARTED));
  }

  /** The agent's leg is opened beside the line's start, so it is handed over as soon as it exists. */
  attachAgent(agent: AgentLeg): void {
    if (this.phase === 'ended') agent.close();
    else this.agent = agent;
  }

  get isEnded(): boolean {
    return this.phase === 'ended';
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  lineStarted(start: LineStart): void {
    if (this.phase !== 'waiting-for-line') return;
    this.phase = 'waiting-for-agent';
    this.variables = this.parts.variablesAt(start);
    this.tell({ type: 'line-started', start });
    this.taps.now?.lineStarted(this.parts.clock.now());
    this.waitForAgent();
    this.agent?.begin({ variables: this.variables, overrides: this.parts.overrides });
    for (const { payload, eventId } of this.agentHold.splice(0)) this.agentAudio(payload, eventId);
    this.timers.watch(
      this.parts.limits.lineSilenceMs,
      () => this.counters.callerFrames,
      () => this.lineFailed({ code: 'stream-lost', detail: 'The media stream went silent.' }),
    );
    if (this.agentIsReady) this.startTalking();
  }

  callerAudio(payload: Base64Audio, timestampMs: number): void {
    this.counters.callerFrames += 1;
    if (this.phase === 'talking') this.agent?.sendAudio(payload);
    else if (this.phase === 'waiting-for-agent')
      this.counters.heldFramesDropped += this.callerHold.push(textOf(payload));
    this.taps.now?.callerAudio(textOf(payload), timestampMs, this.parts.clock.now());
  }

  digit(digit: string): void {
    if (this.phase === 'talking' || this.phase === 'waiting-for-agent') this.digits.press(digit);
  }

  markPlayed(name: string): void {
    this.ledger.markPlayed(name, this.parts.clock.now());
    if (this.goodbye && name === this.goodbye.mark) this.end(this.goodbye.reason);
  }

  lineStopped(): void {
    this.finish(this.isLeaving ? 'transferred' : 'caller-hung-up', undefined, false);
  }

  lineGone(clean: boolean, detail: string): void {
    if (clean || this.isLeaving) this.lineStopped();
    else this.finish('stream-failed', { code: 'stream-lost', detail }, false);
  }

  lineFailed(failure: CallFailure): void {
    this.end('stream-failed', failure);
  }

  // --- the agent ----------------------------------------------------------------------------------------------------

  agentReady(conversationId: string): void {
    this.agentIsReady = true;
    this.agentIsQueued = false;
    this.conversationId = conversationId;
    this.tell({ type: 'agent-ready', conversationId });
    if (this.phase === 'waiting-for-agent') this.startTalking();
  }

  agentQueued(): void {
    if (this.phase === 'ended' || this.phase === 'finishing') return;
    this.agentIsReady = false;
    this.agentIsQueued = true;
    this.tell({ type: 'agent-queued' });
    // Before the line has started nobody waits yet: the time runs from its start.
    if (this.phase === 'waiting-for-line') return;
    this.phase = 'waiting-for-agent';
    this.waitForAgent();
  }

  agentAudio(payload: Base64Audio, eventId: number): void {
    if (this.phase === 'ended' || payload.length === 0) return;
    // Official clients differ; "strictly older is stale" is the rule under which no reply was ever lost.
    if (eventId < this.lastInterruption || this.hand.isAgentSilent) {
      this.counters.staleFramesDropped += 1;
      return;
    }
    if (this.phase === 'waiting-for-line') {
      this.agentHold.push({ payload: textOf(payload), eventId });
      return;
    }
    if (this.counters.agentFrames === 0) this.tell({ type: 'first-audio' });
    this.counters.agentFrames += 1;
    this.parts.carrier.play(payload);
    const fromMs = this.ledger.sent(soundBytesOf(payload), eventId, this.parts.clock.now());
    if (this.ledger.isMarkDue) this.parts.carrier.mark(this.ledger.nextMark());
    this.taps.now?.agentAudio(textOf(payload), fromMs);
    if (this.phase === 'finishing' && !this.goodbye) this.waitForLastWords();
  }

  interrupted(eventId: number): void {
    if (this.phase === 'ended') return;
    this.lastInterruption = Math.max(this.lastInterruption, eventId);
    this.agentHold.length = 0;
    // What the line plays then is not the agent's.
    if (this.hand.isAgentSilent) return;
    const cut = this.cutPlayback();
    if (this.phase !== 'waiting-for-line') this.parts.carrier.clear();
    this.tell({ type: 'interrupted', eventId, cut });
    this.hand.afterCut(cut);
    if (this.goodbye) this.end(this.goodbye.reason);
  }

  agentSaid(text: string, eventId: number): void {
    this.tell({ type: 'agent-said', text, eventId, isMuted: this.hand.isAgentSilent });
  }

  agentCorrected(text: string, eventId: number): void {
    this.tell({ type: 'agent-corrected', text, eventId });
  }

  callerSaid(text: string, eventId: number): void {
    this.tell({ type: 'caller-said', text, eventId });
  }

  toolCalled(call: ToolCall): void {
    if (this.phase === 'ended') return;
    this.tell({ type: 'tool-called', call });
    void this.runTool(call, {
      ...this.parts.toolContext,
      conversationId: this.conversationId,
      variables: this.variables,
      signal: this.over.signal,
      endCall: () => this.agentEnding(),
      ...this.hand.forTools,
    });
  }

  agentEnding(): void {
    if (this.phase === 'ended' || this.phase === 'finishing' || this.hand.operatorOnLine) return;
    this.phase = 'finishing';
    this.waitForLastWords();
  }

  agentGone(failure: CallFailure | undefined, reason: AgentEndReason): void {
    this.agent = undefined;
    if (this.phase === 'ended' || this.hand.survivesAgent()) return;
    if (!failure && this.conversationId === '') {
      const early = 'The agent closed before the conversation began.';
      this.end('agent-failed', { code: 'agent-lost', detail: early });
    } else if (failure && this.phase !== 'finishing') this.end(reason, failure);
    else this.playOut(reason === 'max-duration' ? reason : 'agent-ended');
  }

  // --- the end ------------------------------------------------------------------------------------------------------

  /** Our decision; whoever asked for it has the line closed when `ended` is told. */
  end(reason: EndReason, failure?: CallFailure): void {
    this.finish(reason, failure, true);
  }

  private finish(reason: EndReason, failure: CallFailure | undefined, lineUp: boolean): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.timers.stop();
    this.digits.stop();
    this.over.abort();
    this.agent?.close();
    this.agent = undefined;
    const cut = this.cutPlayback();
    this.taps.now?.ended(this.parts.clock.now());
    this.parts.tell({ type: 'ended', reason, failure, lineUp, cut });
  }

  /** What was not heard by now never will be. */
  private cutPlayback(): Cut {
    const now = this.parts.clock.now();
    const cut = this.ledger.clear(now);
    this.taps.now?.cleared(cut.clearedMs, now);
    return cut;
  }

  /** `ended` is the last fact: what comes after it belongs to no conversation any more. */
  private tell(fact: BridgeFact): void {
    if (this.phase !== 'ended') this.parts.tell(fact);
  }

  private startTalking(): void {
    this.timers.cancelDeadline();
    this.phase = 'talking';
    if (this.parts.note !== undefined) this.agent?.inform(this.parts.note);
    this.callerHold.drain((payload) => this.agent?.sendAudio(payload));
    for (const text of this.heldWords.splice(0)) this.agent?.say(text);
  }

  private async runTool(call: ToolCall, context: ToolContext): Promise<void> {
    const result = await this.parts.tools.run(call, context);
    this.tell({ type: 'tool-answered', call, result });
    if (this.phase === 'ended' || !call.expectsResponse) return;
    this.agent?.answerTool(call.id, result.text, result.outcome !== 'ok');
  }

  private sayDigits(digits: string): void {
    this.tell({ type: 'digits', digits });
    const text = `The caller pressed ${digits} on the keypad.`;
    if (this.phase === 'talking') this.agent?.say(text);
    else this.heldWords.push(text);
  }

  private waitForLastWords(): void {
    this.timers.deadline(LAST_WORDS_MS, () => {
      this.agent?.close();
      this.playOut('agent-ended');
    });
  }

  /** Nothing more will come: hang up when the line says, or the clock at the latest, that all has been heard. */
  private playOut(reason: 'agent-ended' | 'max-duration'): void {
    if (this.phase === 'ended' || this.goodbye) return;
    // The clock runs ahead of the network, so only marks prove that the last syllable was heard.
    if (this.phase === 'waiting-for-line' || this.ledger.isProvenHeard) {
      this.end(reason);
      return;
    }
    const owedMs = this.ledger.owedMs(this.parts.clock.now());
    this.phase = 'finishing';
    this.goodbye = { mark: this.ledger.nextMark(), reason };
    this.parts.carrier.mark(this.goodbye.mark);
    this.timers.deadline(owedMs + MARK_GRACE_MS, () => this.end(reason));
  }

  private waitForAgent(): void {
    const { ms, failure } = patienceWithAgent(this.parts.limits, this.agentIsQueued);
    this.timers.deadline(ms, () => this.end('agent-failed', failure));
  }
}
