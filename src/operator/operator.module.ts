/**
 * The operator's hand on live calls: telling, muting, keys, taking over, handing on, listening in.
 */
import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { MediaStreamModule } from '../media-stream/media-stream.module.js';
import { AudioDoor } from './audio-door.js';
import { CallAudioController } from './call-audio.controller.js';
import { CallAudioGateway } from './call-audio.gateway.js';
import { CallHands } from './call-hands.js';
import { Listeners } from './listeners.js';
import { OperatorController } from './operator.controller.js';

@Module({
  imports: [CallsModule, MediaStreamModule],
  controllers: [OperatorController, CallAudioController],
  providers: [CallHands, Listeners, AudioDoor, CallAudioGateway],
})
export class OperatorModule {}
