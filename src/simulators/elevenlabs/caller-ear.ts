/**
 * The agent's hearing: turns of the caller and interruptions, from the audio that really arrives. Time here is audio time
 * (20 ms per frame received), so a late network moves a turn but does not change it; a caller who sends no audio at all
 * keeps his turn. It hears that somebody speaks, never what is said.
 */
import { VOICE_FRAME_MS, VoiceActivity } from '../../core/audio/voice-activity.js';

export interface CallerEarOptions {
  /** Voice for this long starts a turn. */
  readonly speechStartMs: number;
  /** Quiet for this long ends it. */
  readonly endOfTurnMs: number;
  /** Voice for this long, while the agent's own audio is still owed, interrupts the agent. */
  readonly bargeInMs: number;
}

export interface EarListener {
  /** Is audio of the agent still to be played? Asked for voiced frames only. */
  agentIsSpeaking(): boolean;
  speechStarts(): void;
  bargesIn(): void;
  /** `spokenMs` from the first voiced to the last voiced frame. `overAgent`: all of it fell on the agent's own audio. */
  turnEnds(turn: { readonly spokenMs: number; readonly overAgent: boolean }): void;
  score(score: number): void;
}

interface RunningTurn {
  frames: number;
  quietFrames: number;
  clearOfAgent: boolean;
}

export class CallerEar {
  private readonly activity = new VoiceActivity();
  private turn: RunningTurn | undefined;
  /** Voiced frames in a row, one taken back for each quiet one, so that a stop consonant does not start from nothing. */
  private voicedRun = 0;
  private voicedRunOverAgent = 0;

  constructor(
    private readonly options: CallerEarOptions,
    private readonly listener: EarListener,
  ) {}

  /** Takes mu-law audio in pieces of any size. */
  hear(mulaw: Uint8Array): void {
    this.activity.hear(mulaw, (voiced, score) => {
      this.listener.score(score);
      if (voiced) this.voicedFrame();
      else this.quietFrame();
    });
  }

  private voicedFrame(): void {
    this.voicedRun += 1;
    const overAgent = this.listener.agentIsSpeaking();
    this.voicedRunOverAgent = overAgent ? this.voicedRunOverAgent + 1 : 0;
    if (this.turn) {
      this.turn.frames += 1;
      this.turn.quietFrames = 0;
    } else if (this.voicedRun * VOICE_FRAME_MS >= this.options.speechStartMs) {
      this.turn = { frames: this.voicedRun, quietFrames: 0, clearOfAgent: false };
      this.listener.speechStarts();
    }
    if (this.turn && !overAgent) this.turn.clearOfAgent = true;
    if (this.turn && this.voicedRunOverAgent * VOICE_FRAME_MS >= this.options.bargeInMs) {
      this.voicedRunOverAgent = 0;
      this.listener.bargesIn();
      // Once the agent has been cut off its audio is no longer owed, and the turn is the caller's.
      if (!this.listener.agentIsSpeaking()) this.turn.clearOfAgent = true;
    }
  }

  private quietFrame(): void {
    this.voicedRun = Math.max(0, this.voicedRun - 1);
    this.voicedRunOverAgent = Math.max(0, this.voicedRunOverAgent - 1);
    const turn = this.turn;
    if (!turn) return;
    turn.frames += 1;
    turn.quietFrames += 1;
    if (turn.quietFrames * VOICE_FRAME_MS < this.options.endOfTurnMs) return;
    this.turn = undefined;
    this.voicedRun = 0;
    this.listener.turnEnds({
      spokenMs: (turn.frames - turn.quietFrames) * VOICE_FRAME_MS,
      overAgent: !turn.clearOfAgent,
    });
  }
}
