/**
 * What people and tools do to a conversation from outside: tell the agent something, keep it silent, press keys, speak in its place.
 * Holds no audio and knows no request; whatever is played goes through the ledger, so that a cut stays right.
 */
import { keyMs, tonesOf } from '../audio/keypad-tones.js';
import type { CallFailure } from '../call/call.js';
import type { Clock } from '../clock.js';
import { CordboardError } from '../errors.js';
import type { BridgeFact } from './bridge-facts.js';
import type { AgentLeg, CarrierLeg } from './legs.js';
import type { MediaTap } from './media-tap.js';
import type { Cut, PlaybackLedger } from './playback-ledger.js';

export interface HandParts {
  readonly clock: Clock;
  readonly carrier: CarrierLeg;
  readonly ledger: PlaybackLedger;
  agent(): AgentLeg | undefined;
  /** Whether the line and the agent are both there. */
  isTalking(): boolean;
  tap(): MediaTap | undefined;
  /** Throws away what was not heard yet. */
  cut(): Cut;
  tell(fact: BridgeFact): void;
  /** The operator has left, and there is no agent any more. */
  endWithoutAgent(failure: CallFailure): void;
}

/** `context`: the agent knows it and need not answer. `user`: a turn of the caller, which it answers. */
export type MessageRole = 'context' | 'user';

interface Keys {
  readonly eventId: number;
  readonly keys: string;
}

/** Not the ids of the vendor, which are positive. */
const OPERATOR_EVENT_ID = -2;
const FIRST_KEYS_EVENT_ID = -3;
/** What an operator says is played as it comes; a burst that would be heard so much later is left out. */
const MOST_OWED_MS = 2000;

const TAKEN_OVER = 'A person has taken over this call. Say nothing until you are told.';

const LEFT_ALONE: CallFailure = {
  code: 'agent-lost',
  detail: 'The conversation with the agent ended while an operator had the line.',
};

export class OperatorHand {
  /** Whether what the agent says is left out. Read for every piece of its audio. */
  isAgentSilent = false;
  private isMuted = false;
  private operator: string | undefined;
  private isAgentLost = false;
  private keys: Keys[] = [];
  private lastKeysId = FIRST_KEYS_EVENT_ID;

  /** What tools may do with it. */
  readonly forTools = {
    pressKeys: (keys: string): void => this.press(keys, 'agent'),
    untilHeard: (mostMs: number): Promise<void> => this.untilHeard(mostMs),
  };

  constructor(private readonly parts: HandParts) {}

  /** Who speaks in the agent's place: the fingerprint of a key. */
  get operatorOnLine(): string | undefined {
    return this.operator;
  }

  /** @throws CordboardError `call-not-answered` */
  message(text: string, role: MessageRole, by: string): void {
    this.mustTalk();
    const agent = this.parts.agent();
    if (role === 'user') agent?.say(text);
    else agent?.inform(text);
    this.parts.tell({ type: 'agent-told', text, role, by });
  }

  /** The agent goes on hearing the caller, and what it says is not played. The same again changes nothing. @throws CordboardError */
  mute(isMuted: boolean, by: string): void {
    this.mustTalk();
    if (this.isMuted === isMuted) return;
    this.isMuted = isMuted;
    this.parts.tell({ type: 'agent-muted', isMuted, by });
    this.applySilence();
  }

  /** Plays keypad tones behind what is still to be heard. @param by `agent` for the tool @throws CordboardError */
  press(keys: string, by: string): void {
    this.mustTalk();
    if (this.parts.ledger.owedMs(this.parts.clock.now()) === 0) this.keys = [];
    this.playKeys(keys);
    this.parts.tell({ type: 'keys-played', digits: keys, by });
  }

  /** @param by fingerprint of the key whose audio is played from now on @throws CordboardError */
  takeOver(by: string): void {
    this.mustTalk();
    if (this.operator === by) return;
    this.operator = by;
    this.parts.tell({ type: 'taken-over', by });
    this.parts.agent()?.inform(TAKEN_OVER);
    this.applySilence();
  }

  /** @throws CordboardError `call-not-taken-over` */
  giveBack(by: string): void {
    if (this.operator === undefined) throw new CordboardError('call-not-taken-over');
    this.operator = undefined;
    this.parts.tell({ type: 'given-back', by });
    if (this.isAgentLost) {
      this.parts.endWithoutAgent(LEFT_ALONE);
      return;
    }
    this.parts
      .agent()
      ?.inform(
        'The call is given back to you. Nothing that you said meanwhile was heard. Go on with the caller.',
      );
    this.applySilence();
  }

  /** @param sound mu-law at 8000 Hz. Left out unless this operator has the line, and when too much waits already. */
  operatorAudio(by: string, sound: Buffer): void {
    const { ledger, clock } = this.parts;
    if (this.operator !== by || sound.length === 0) return;
    if (ledger.owedMs(clock.now()) < MOST_OWED_MS) this.play(sound, OPERATOR_EVENT_ID);
  }

  /** Another conversation has begun: it is told who speaks. */
  agentReady(): void {
    if (this.operator !== undefined) this.parts.agent()?.inform(TAKEN_OVER);
  }

  /** Whether somebody speaks in the agent's place, so that the agent's end is not that of the call. */
  survivesAgent(): boolean {
    if (this.operator === undefined) return false;
    this.isAgentLost = true;
    return true;
  }

  /** The caller cut in. Keys that were not heard to their end are pressed again: a machine that speaks is no reason to press half of them. */
  afterCut({ parts }: Cut): void {
    const pressed = this.keys;
    this.keys = [];
    for (const { eventId, keys } of pressed) {
      const part = parts.find((one) => one.eventId === eventId);
      if (part) this.playKeys(unheard(keys, part.heardMs));
    }
  }

  /** Resolves when everything sent so far should have been heard, at the latest after that time. */
  untilHeard(mostMs: number): Promise<void> {
    const { ledger, clock } = this.parts;
    const ms = Math.min(mostMs, ledger.owedMs(clock.now()));
    return ms <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve));
  }

  private playKeys(keys: string): void {
    if (keys === '') return;
    this.lastKeysId -= 1;
    this.keys.push({ eventId: this.lastKeysId, keys });
    this.play(tonesOf(keys), this.lastKeysId);
  }

  private play(sound: Buffer, eventId: number): void {
    const { carrier, ledger, clock } = this.parts;
    const payload = sound.toString('base64');
    carrier.play(payload);
    const fromMs = ledger.sent(sound.length, eventId, clock.now());
    if (ledger.isMarkDue) carrier.mark(ledger.nextMark());
    this.parts.tap()?.agentAudio(payload, fromMs);
  }

  /** What of the agent is still to be heard goes with its voice. */
  private applySilence(): void {
    const isSilent = this.isMuted || this.operator !== undefined;
    if (isSilent && !this.isAgentSilent) {
      const cut = this.parts.cut();
      this.parts.carrier.clear();
      this.parts.tell({ type: 'agent-cut', cut });
      this.afterCut(cut);
    }
    this.isAgentSilent = isSilent;
  }

  private mustTalk(): void {
    if (!this.parts.isTalking()) throw new CordboardError('call-not-answered');
  }
}

/** The keys that were not heard to their end. */
function unheard(keys: string, heardMs: number): string {
  let endMs = 0;
  for (let at = 0; at < keys.length; at += 1) {
    endMs += keyMs(keys.charAt(at));
    if (endMs > heardMs) return keys.slice(at);
  }
  return '';
}
