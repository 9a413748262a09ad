/**
 * Joins a phone line and an agent: the only place where both are known. Holds audio until the other side is there, cuts when
 * the caller cuts in, lets last words play, and ends once, with one cause. Knows no socket, no vendor and no store.
 *
 * `end` is our decision, `…Gone` and `…Stopped` happened to us; all may come twice, and the first cause wins.
 */
import { soundBytesOf, textOf, type Base64Audio } from '../audio/base64-audio.js';
import type { CallFailure, EndReason, Variables } from '../call/call.js';
import type { ToolCall } from '../tool/tool.js';
import { newCounters, type BridgeCounters, type BridgeFact } from './bridge-facts.js';
import { CLOSED_EARLY, NEVER_STARTED, patienceWithAgent, type BridgeParts } from './bridge-parts.js';
import type { FarewellReason } from './farewell.js';
import { HeldAudio } from './held-audio.js';
import type { AgentEndReason, AgentEvents, AgentLeg, CarrierEvents, LineStart } from './legs.js';
import type { OperatorHand } from './operator-hand.js';
import type { Cut, PlaybackLedger } from './playback-ledger.js';
import { STALE, type ResponseIds } from './response-ids.js';
import type { Taps } from './taps.js';
import { SessionCrew, type SessionHost } from './session-crew.js';

type Phase = 'waiting-for-line' | 'waiting-for-agent' | 'talking' | 'finishing' | 'ended';

export class BridgeSession implements CarrierEvents, AgentEvents, SessionHost {
  readonly counters: BridgeCounters = newCounters();
  readonly taps: Taps;
  readonly hand: OperatorHand;
  /** Set while the line is taken elsewhere: that it goes is no hanging up then. */
  isLeaving = false;
  private phase: Phase = 'waiting-for-line';
  private agent: AgentLeg | undefined;
  private agentIs: 'coming' | 'queued' | 'ready' = 'coming';
  private conversationId = '';
  private variables: Variables = {};
  private awaitsAudio = true;
  private readonly callerHold = new HeldAudio();
  private readonly agentHold: { payload: string; eventId: number }[] = [];
  private readonly crew: SessionCrew;
  /** Of the crew; at hand, since every piece of audio asks them. */
  private readonly ledger: PlaybackLedger;
  private readonly responses: ResponseIds;
  private readonly over = new AbortController();

  constructor(private readonly parts: BridgeParts) {
    this.crew = new SessionCrew(parts, this);
    ({ ledger: this.ledger, responses: this.responses, taps: this.taps, hand: this.hand } = this.crew);
    this.crew.timers.deadline(parts.limits.startTimeoutMs, () => this.end('stream-failed', NEVER_STARTED));
  }

  get isEnded(): boolean {
    return this.phase === 'ended';
  }

  get agentNow(): AgentLeg | undefined {
    return this.agent;
  }

  get isTalking(): boolean {
    return this.phase === 'talking';
  }

  /** The agent's leg is opened beside the line's start, so it is handed over as soon as it exists. */
  attachAgent(agent: AgentLeg): void {
    if (this.phase === 'ended') agent.close();
    else this.agent = agent;
  }

  // --- the line -----------------------------------------------------------------------------------------------------

  lineStarted(start: LineStart): void {
    if (this.phase !== 'waiting-for-line') return;
    this.phase = 'waiting-for-agent';
    this.variables = this.parts.variablesAt(start);
    this.tell({ type: 'line-started', start });
    this.taps.now?.lineStarted(this.parts.clock.now());
    if (this.crew.lastResort.lineStarted()) this.crew.timers.cancelDeadline();
    else {
      this.waitForAgent();
      this.agent?.begin({ variables: this.variables, overrides: this.parts.overrides });
    }
    this.crew.bridging.start();
    for (const { payload, eventId } of this.agentHold.splice(0)) this.agentAudio(payload, eventId);
    this.crew.timers.watch(
      this.parts.limits.lineSilenceMs,
      () => this.counters.callerFrames,
      () => this.lineFailed({ code: 'stream-lost', detail: 'The media stream went silent.' }),
    );
    if (this.agentIs === 'ready') this.startTalking();
  }

  callerAudio(payload: Base64Audio, timestampMs: number): void {
    this.counters.callerFrames += 1;
    if (this.phase === 'talking') this.agent?.sendAudio(payload);
    else if (this.phase === 'waiting-for-agent')
      this.counters.heldFramesDropped += this.callerHold.push(textOf(payload));
    this.taps.now?.callerAudio(textOf(payload), timestampMs, this.parts.clock.now());
  }

  digit(digit: string): void {
    if (this.phase === 'talking' || this.phase === 'waiting-for-agent') this.crew.keypad.press(digit);
  }

  markPlayed(name: string): void {
    this.ledger.markPlayed(name, this.parts.clock.now());
    this.crew.farewell.markPlayed(name);
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
    this.agentIs = 'ready';
    this.conversationId = conversationId;
    this.tell({ type: 'agent-ready', conversationId });
    if (this.phase === 'waiting-for-agent') this.startTalking();
  }

  agentQueued(): void {
    if (this.phase === 'ended' || this.phase === 'finishing') return;
    this.agentIs = 'queued';
    this.tell({ type: 'agent-queued' });
    // Before the line has started nobody waits yet: the time runs from its start.
    if (this.phase === 'waiting-for-line') return;
    this.phase = 'waiting-for-agent';
    this.waitForAgent();
    this.crew.bridging.start();
  }

  agentAudio(payload: Base64Audio, ownEventId: number, spelling?: string): void {
    if (this.phase === 'ended' || payload.length === 0) return;
    const eventId = this.responses.ofAudio(ownEventId);
    if (eventId === STALE || this.hand.isAgentSilent) {
      this.counters.staleFramesDropped += 1;
      return;
    }
    if (spelling !== undefined) this.crew.succession.spelt(eventId, spelling);
    if (this.phase === 'waiting-for-line') {
      this.agentHold.push({ payload: textOf(payload), eventId: ownEventId });
      return;
    }
    if (this.awaitsAudio) this.audioCame();
    this.counters.agentFrames += 1;
    this.parts.carrier.play(payload);
    const fromMs = this.ledger.sent(soundBytesOf(payload), eventId, this.parts.clock.now());
    if (this.ledger.isMarkDue) this.parts.carrier.mark(this.ledger.nextMark());
    this.taps.now?.agentAudio(textOf(payload), fromMs);
    if (this.phase === 'finishing' && !this.crew.farewell.reason) this.crew.farewell.awaitLastWords();
  }

  interrupted(ownEventId: number): void {
    if (this.phase === 'ended') return;
    const eventId = this.responses.interruptedBy(ownEventId);
    if (eventId === undefined) return;
    this.agentHold.length = 0;
    // What the line plays then is not the agent's.
    if (this.hand.isAgentSilent) return;
    const cut = this.cutPlayback();
    if (this.phase !== 'waiting-for-line') this.parts.carrier.clear();
    this.tell({ type: 'interrupted', eventId, cut });
    this.hand.afterCut(cut);
    if (this.crew.farewell.reason) this.end(this.crew.farewell.reason);
  }

  agentSaid(text: string, ownEventId: number): void {
    const eventId = this.responses.ofWords(ownEventId);
    if (eventId === undefined) return;
    this.tell({ type: 'agent-said', text, eventId, isMuted: this.hand.isAgentSilent });
  }

  agentCorrected(text: string, ownEventId: number): void {
    const eventId = this.responses.ofWords(ownEventId);
    if (eventId !== undefined) this.tell({ type: 'agent-corrected', text, eventId });
  }

  callerSaid(text: string, eventId: number): void {
    this.tell({ type: 'caller-said', text, eventId: this.responses.onRecord(eventId) });
  }

  toolCalled(call: ToolCall): void {
    if (this.phase === 'ended') return;
    void this.crew.toolCalls.run(call, {
      ...this.parts.toolContext,
      conversationId: this.conversationId,
      variables: this.variables,
      signal: this.over.signal,
      endCall: () => this.agentEnding(),
      ...this.hand.forTools,
      // What an agent in the vendor's queue is told would be thrown away, and is old news afterwards.
      progress: (text) => void (this.phase === 'talking' && this.agent?.inform(text, call.id)),
    });
  }

  agentEnding(): void {
    if (this.phase === 'ended' || this.phase === 'finishing' || this.hand.operatorOnLine) return;
    this.phase = 'finishing';
    this.crew.farewell.awaitLastWords();
  }

  agentGone(failure: CallFailure | undefined, reason: AgentEndReason): void {
    this.agent = undefined;
    if (this.phase === 'ended') return;
    if (!failure && this.agentIs === 'coming') this.agentFailed(CLOSED_EARLY);
    else if (failure && this.phase !== 'finishing') this.agentFailed(failure, reason);
    else if (!this.hand.survivesAgent()) this.playOut(reason === 'max-duration' ? reason : 'agent-ended');
  }

  // --- the end ------------------------------------------------------------------------------------------------------

  /** Our decision; whoever asked for it has the line closed when `ended` is told. */
  end(reason: EndReason, failure?: CallFailure): void {
    this.finish(reason, failure, true);
  }

  private finish(reason: EndReason, failure: CallFailure | undefined, lineUp: boolean): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.crew.stop();
    this.over.abort();
    this.agent?.close();
    this.agent = undefined;
    const cut = this.cutPlayback();
    this.taps.now?.ended(this.parts.clock.now());
    this.parts.tell({ type: 'ended', reason, failure, lineUp, cut });
  }

  /** What was not heard by now never will be. */
  cutPlayback(): Cut {
    const cut = this.ledger.clear(this.parts.clock.now());
    this.taps.now?.cleared(cut.clearedMs, this.parts.clock.now());
    return cut;
  }

  /** `ended` is the last fact: what comes after it belongs to no conversation any more. */
  tell(fact: BridgeFact): void {
    if (this.phase === 'ended') return;
    this.crew.succession.note(fact);
    this.parts.tell(fact);
  }

  private startTalking(): void {
    this.crew.timers.cancelDeadline();
    this.phase = 'talking';
    // Who was not asked to speak may well be silent.
    if (!this.crew.succession.ready(this.agent, this.hand.operatorOnLine === undefined))
      this.crew.bridging.stop();
    this.hand.agentReady();
    this.callerHold.drain((payload) => this.agent?.sendAudio(payload));
    this.crew.keypad.tellHeld();
  }

  private playOut(reason: FarewellReason): void {
    if (this.phase === 'waiting-for-line') return this.end(reason);
    this.phase = 'finishing';
    this.crew.farewell.playOut(reason);
  }

  private waitForAgent(): void {
    const { ms, failure } = patienceWithAgent(this.parts.limits, this.agentIs === 'queued');
    this.crew.timers.deadline(ms, () => {
      this.agent?.close();
      this.agent = undefined;
      this.agentFailed(failure, 'agent-failed', this.agentIs === 'queued');
    });
  }

  /** What is on its way to the line is heard to its end; the call ends only where nobody else is to be had. */
  agentFailed(failure: CallFailure, reason: EndReason = 'agent-failed', isUseless = false): void {
    const isLineThere = this.phase !== 'waiting-for-line';
    this.agentIs = 'coming';
    const heir = this.crew.heir(failure, reason, { isUseless, isLineThere });
    if (heir === undefined) return this.end(reason, failure);
    this.agentHold.length = 0;
    // Before the line has started, its own deadline runs.
    if (!isLineThere) return;
    this.phase = heir === 'operator' ? 'talking' : 'waiting-for-agent';
    this.crew.timers.cancelDeadline();
    if (this.hand.operatorOnLine === undefined) this.crew.bridging.start();
  }

  /** Another conversation takes the place of one that is gone. @param agentId undefined: with the agent of the call. */
  openNext(agentId: string | undefined): void {
    if (this.phase === 'ended') return;
    this.responses.nextConversation(this.ledger.newestEventId, this.crew.succession.isGreeted);
    this.awaitsAudio = true;
    this.agent = this.parts.openAgent(agentId);
    if (this.phase === 'waiting-for-line') return;
    this.waitForAgent();
    const variables = { ...this.variables, call_reconnects: this.crew.succession.generation };
    this.agent.begin({ variables, overrides: this.parts.overrides });
  }

  private audioCame(): void {
    this.awaitsAudio = false;
    this.crew.bridging.stop();
    if (this.counters.agentFrames === 0) this.tell({ type: 'first-audio' });
  }
}
