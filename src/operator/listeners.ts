/**
 * Who listens in on the calls that this process carries, and may speak in the place of an agent. Limited in number, since each takes
 * work beside the relay.
 */
import { Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import { LiveSessions } from '../media-stream/live-sessions.js';
import { Metrics } from '../ops/metrics.js';
import { LiveAudio, type AudioSink, type LeftBecause } from './live-audio.js';

export interface Listener {
  /** Speaks to the caller, where this operator has taken the call over. @param sound mu-law at 8000 Hz */
  speak(sound: Buffer): void;
  /** The connection is gone. */
  left(): void;
}

interface Heard {
  readonly by: string;
  readonly canSpeak: boolean;
}

@Injectable()
export class Listeners {
  private readonly listening = new Map<CallId, Set<Heard>>();
  private count = 0;
  private readonly ended;

  constructor(
    private readonly environment: Environment,
    private readonly live: LiveSessions,
    private readonly journal: CallJournal,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    metrics.gauge('listeners_live', 'Who listens in on calls of this process now.', () => this.count);
    this.ended = metrics.counter('listeners_left_total', 'Listeners that left, by the reason.', ['reason']);
  }

  /** Whether an audio socket of that key is open on the call. */
  canSpeak(id: CallId, by: string): boolean {
    return [...(this.listening.get(id) ?? [])].some((one) => one.canSpeak && one.by === by);
  }

  /** @throws CordboardError `too-many-listeners`, `call-elsewhere` */
  listen(id: CallId, by: string, sink: AudioSink, canSpeak: boolean): Listener {
    const session = this.live.get(id);
    if (!session) throw new CordboardError('call-elsewhere');
    if (this.count >= this.environment.MAX_LISTENERS) throw new CordboardError('too-many-listeners');
    const heard: Heard = { by, canSpeak };
    const ofCall = this.listening.get(id) ?? new Set();
    this.listening.set(id, ofCall.add(heard));
    this.count += 1;
    this.note(id, 'operator.listens', { by });
    const audio = new LiveAudio(this.clock, sink, (reason) => {
      stopListening();
      ofCall.delete(heard);
      if (ofCall.size === 0) this.listening.delete(id);
      this.count -= 1;
      this.ended.inc({ reason });
      this.note(id, 'operator.left', { by, reason });
      // Nobody would speak to the caller any more.
      if (!session.isEnded && session.hand.operatorOnLine === by && !this.canSpeak(id, by))
        session.hand.giveBack(by);
    });
    const stopListening = session.taps.add(audio);
    return {
      speak: (sound) => session.hand.operatorAudio(by, sound),
      left: () => audio.end('gone'),
    };
  }

  private note(
    id: CallId,
    type: 'operator.listens' | 'operator.left',
    details: { readonly by: string; readonly reason?: LeftBecause },
  ): void {
    // A line of the timeline that cannot be written is told by the journal itself.
    this.journal.note(id, [{ type, at: this.clock.now(), details }]).catch(() => undefined);
  }
}
