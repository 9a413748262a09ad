/**
 * The tools of this service for programs that speak MCP.
 */
import { Module } from '@nestjs/common';
import { ToolsModule } from '../tools/tools.module.js';
import { McpController } from './mcp.controller.js';
import { McpTools } from './mcp-tools.js';

@Module({ imports: [ToolsModule], controllers: [McpController], providers: [McpTools] })
export class McpModule {}
