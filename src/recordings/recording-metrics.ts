/**
 * Counts how recordings ended.
 */
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import type { RecordingSource } from '../core/call/call.js';
import { Metrics } from '../ops/metrics.js';

@Injectable()
export class RecordingMetrics {
  private readonly recordings: Counter<'source' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.recordings = metrics.counter(
      'recordings_total',
      'Recordings by who made them and how they ended: ready, absent, failed or deleted.',
      ['source', 'outcome'],
    );
  }

  count(source: RecordingSource, outcome: 'ready' | 'absent' | 'failed' | 'deleted'): void {
    this.recordings.inc({ source, outcome });
  }
}
