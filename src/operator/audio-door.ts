/**
 * Whether there is something to listen to, and whether it is here.
 */
import { Injectable } from '@nestjs/common';
import { CallsService } from '../calls/calls.service.js';
import { isFinal } from '../core/call/call.js';
import { isAway } from '../core/call/transfer.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import { LiveSessions } from '../media-stream/live-sessions.js';

@Injectable()
export class AudioDoor {
  constructor(
    private readonly calls: CallsService,
    private readonly live: LiveSessions,
  ) {}

  /** @throws CordboardError `not-found`, `call-ended`, `call-with-person`, `call-not-answered`, `call-elsewhere` */
  async check(id: string): Promise<CallId> {
    const call = await this.calls.get(id);
    if (this.live.has(call.id)) return call.id;
    if (isFinal(call.status) || call.endReason !== null)
      throw new CordboardError('call-ended', `The call ended: ${call.endReason}.`);
    if (isAway(call)) throw new CordboardError('call-with-person');
    throw new CordboardError(call.times.streamStartedAt === null ? 'call-not-answered' : 'call-elsewhere');
  }
}
