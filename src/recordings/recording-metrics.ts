/**
 * Counts how recordings ended.
 */
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { RecordingSource } from '../core/call/call.js';
import { Metrics } from '../ops/metrics.js';

@Injectable()
export class RecordingMetrics {
  private readonly recordings: Counter<'source' | 'outcome'>;

  constructor({ registry }: Metrics) {
    this.recordings = new Counter({
      name: 'cordboard_recordings_total',
      help: 'Recordings by who made them and how they ended: ready, absent, failed or deleted.',
      labelNames: ['source', 'outcome'],
      registers: [registry],
    });
  }

  count(source: RecordingSource, outcome: 'ready' | 'absent' | 'failed' | 'deleted'): void {
    this.recordings.inc({ source, outcome });
  }
}
