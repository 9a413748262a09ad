/**
 * The agent's side. Another provider would be chosen here.
 */
import { Module } from '@nestjs/common';
import { AgentProvider } from '../core/bridge/legs.js';
import { ElevenLabsProvider } from './elevenlabs.provider.js';
import { SignedUrls } from './signed-urls.js';
import { WarmConnections } from './warm-connections.js';

@Module({
  providers: [SignedUrls, WarmConnections, { provide: AgentProvider, useClass: ElevenLabsProvider }],
  exports: [AgentProvider],
})
export class AgentModule {}
