/**
 * Carries out what is asked of live calls where their media are: here, or at the replica that has them.
 */
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CallsService } from '../calls/calls.service.js';
import type { OperatorHand } from '../core/bridge/operator-hand.js';
import { isFinal, type Call } from '../core/call/call.js';
import { CommandStore, type CallCommand, type CommandAnswer } from '../core/call/command.store.js';
import { isAway } from '../core/call/transfer.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import { LiveSessions } from '../media-stream/live-sessions.js';
import { Metrics } from '../ops/metrics.js';
import { Listeners } from './listeners.js';

/** Somebody waits for the answer; a replica that is busy for longer is not helped by more. */
const PATIENCE_MS = 3000;

@Injectable()
export class CallHands implements OnApplicationShutdown {
  private readonly stopServing: () => void;

  constructor(
    private readonly calls: CallsService,
    private readonly live: LiveSessions,
    private readonly commands: CommandStore,
    private readonly listeners: Listeners,
    private readonly metrics: Metrics,
  ) {
    this.stopServing = commands.serve({
      carries: (id) => live.has(id),
      run: (id, command) => this.runHere(id, command),
    });
  }

  onApplicationShutdown(): void {
    this.stopServing();
  }

  /**
   * The call, after it was carried out.
   * @throws CordboardError `not-found`, `call-ended`, `call-with-person`, `call-not-answered`, `call-not-reached`, `store-away`, and what
   * stands in the way of the command itself.
   */
  async ask(id: string, command: CallCommand): Promise<Call> {
    try {
      const call = await this.calls.get(id);
      mustTalk(call);
      const { error } = this.live.has(call.id)
        ? this.runHere(call.id, command)
        : await this.askOthers(call.id, command);
      if (error) throw new CordboardError(error.code, error.detail);
      this.count(command, 'ok');
      return call;
    } catch (error) {
      this.count(command, error instanceof CordboardError ? error.code : 'internal');
      throw error;
    }
  }

  private count({ type: action }: CallCommand, outcome: string): void {
    this.metrics.operatorActions.inc({ action, outcome });
  }

  private async askOthers(id: CallId, command: CallCommand): Promise<CommandAnswer> {
    const asked = await this.commands.ask(id, command, PATIENCE_MS);
    if (asked.kind === 'answered') return asked.answer;
    const detail =
      asked.kind === 'not-taken'
        ? 'No replica that carries this call took the request; it was not carried out.'
        : 'A replica took the request and did not answer; whether it was carried out is not known.';
    throw new CordboardError('call-not-reached', detail);
  }

  private runHere(id: CallId, command: CallCommand): CommandAnswer {
    try {
      const hand = this.live.get(id)?.hand;
      if (!hand) throw new CordboardError('call-not-answered');
      this.run(hand, id, command);
      return { error: null };
    } catch (error) {
      if (!(error instanceof CordboardError)) throw error;
      return { error: { code: error.code, detail: error.detail } };
    }
  }

  private run(hand: OperatorHand, id: CallId, command: CallCommand): void {
    switch (command.type) {
      case 'message': {
        hand.message(command.text, command.role, command.by);
        break;
      }
      case 'keys': {
        hand.press(command.keys, command.by);
        break;
      }
      case 'mute': {
        hand.mute(command.isMuted, command.by);
        break;
      }
      case 'take-over': {
        if (!this.listeners.canSpeak(id, command.by)) throw new CordboardError('no-operator-audio');
        hand.takeOver(command.by);
        break;
      }
      case 'give-back': {
        hand.giveBack(command.by);
        break;
      }
    }
  }
}

/** @throws CordboardError why nothing can be done to the conversation of this call. */
function mustTalk(call: Call): void {
  if (isFinal(call.status) || call.endReason !== null)
    throw new CordboardError('call-ended', `The call ended: ${call.endReason}.`);
  if (isAway(call)) throw new CordboardError('call-with-person');
  if (call.times.agentReadyAt === null) throw new CordboardError('call-not-answered');
}
