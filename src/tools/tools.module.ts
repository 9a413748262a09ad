/**
 * Tools for agents. Those of an application may be listed in any module: they are found by their decorator.
 */
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ToolRunner } from '../core/tool/tool.js';
import { CheckInventoryTool } from './builtin/check-inventory.tool.js';
import { EndCallTool } from './builtin/end-call.tool.js';
import { PressKeysTool } from './builtin/press-keys.tool.js';
import { TransferCallTool } from './builtin/transfer-call.tool.js';
import { NestToolRunner } from './nest-tool-runner.js';
import { ToolRegistry } from './tool-registry.js';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { ElevenLabsWorkspace } from './sync/elevenlabs-workspace.js';
import { ownerOf } from './sync/ownership.js';
import { ToolSync } from './sync/tool-sync.js';
import { ToolsController } from './tools.controller.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [ToolsController],
  providers: [
    ToolRegistry,
    { provide: ToolRunner, useClass: NestToolRunner },
    {
      provide: ToolSync,
      inject: [Environment, Clock],
      useFactory: (environment: Environment, clock: Clock) =>
        new ToolSync(new ElevenLabsWorkspace(environment, clock), ownerOf(environment)),
    },
    EndCallTool,
    CheckInventoryTool,
    TransferCallTool,
    PressKeysTool,
  ],
  exports: [ToolRunner, ToolRegistry],
})
export class ToolsModule {}
