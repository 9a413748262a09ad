/**
 * Where calls are kept. One line changes when a durable store stands behind the same port.
 */
import { Global, Module } from '@nestjs/common';
import { CallStore } from '../core/call/call.store.js';
import { MemoryCallStore } from './memory.call-store.js';

@Global()
@Module({
  providers: [{ provide: CallStore, useClass: MemoryCallStore }],
  exports: [CallStore],
})
export class PersistenceModule {}
