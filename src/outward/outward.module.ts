/**
 * Requests to the world outside, safe to make: global, so that tools in any module of an application can have them injected.
 */
import { Global, Module } from '@nestjs/common';
import { ToolHttp } from './tool-http.js';

@Global()
@Module({ providers: [ToolHttp], exports: [ToolHttp] })
export class OutwardModule {}
