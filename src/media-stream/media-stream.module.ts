/**
 * The media plane: sockets of lines, put through to agents.
 */
import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { RecordingsModule } from '../recordings/recordings.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { TwimlModule } from '../twiml/twiml.module.js';
import { BridgeOpener } from './bridge-opener.js';
import { CallSide } from './call-side.js';
import { Drain } from './drain.js';
import { FactWriter } from './fact-writer.js';
import { LiveSessions } from './live-sessions.js';
import { MediaStreamGateway } from './media-stream.gateway.js';
import { StreamDoor } from './stream-door.js';
import { WarmStart } from './warm-start.js';

@Module({
  imports: [CallsModule, AgentModule, ToolsModule, TwimlModule, RecordingsModule],
  providers: [
    MediaStreamGateway,
    StreamDoor,
    BridgeOpener,
    CallSide,
    FactWriter,
    LiveSessions,
    Drain,
    WarmStart,
  ],
  exports: [LiveSessions],
})
export class MediaStreamModule {}
