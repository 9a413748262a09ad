/**
 * What Prometheus reads. Labels are bounded: nothing that a caller or a vendor can invent becomes one.
 */
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly callsStarted = this.counter('calls_started_total', 'Calls that came into being.', ['direction']);
  readonly callsEnded = this.counter(
    'calls_ended_total',
    'Calls that ended, by the reason of their record.',
    ['direction', 'status', 'reason'],
  );
  readonly callsRecovered = this.counter(
    'calls_recovered_total',
    'Calls taken over from a process that is gone.',
    [],
  );
  readonly failures = this.counter('call_failures_total', 'Failures named on the record of a call.', [
    'code',
  ]);
  readonly agentsLost = this.counter(
    'agents_lost_total',
    'Agents that were gone or did not come, and whose call went on with another conversation.',
    ['code'],
  );
  readonly ignoredEvents = this.counter(
    'call_events_ignored_total',
    'Late, doubled or disordered facts about a call.',
    ['type'],
  );
  readonly callerFrames = this.counter('caller_frames_total', 'Audio frames from callers.', []);
  readonly agentFrames = this.counter('agent_frames_total', 'Audio frames from agents sent to lines.', []);
  readonly heldFramesDropped = this.counter(
    'held_frames_dropped_total',
    'Caller frames that waited too long.',
    [],
  );
  readonly staleFramesDropped = this.counter(
    'stale_frames_dropped_total',
    'Agent frames older than an interruption.',
    [],
  );
  readonly interruptions = this.counter('interruptions_total', 'Times a caller cut in.', []);
  readonly wireOddities = this.counter(
    'wire_oddities_total',
    'Messages ignored, unknown, malformed or out of place.',
    ['vendor', 'kind'],
  );
  readonly toolRuns = this.counter('tool_runs_total', 'Tool calls by outcome.', ['tool', 'outcome']);
  readonly transfers = this.counter('transfers_total', 'Calls handed to persons, by what came of it.', [
    'mode',
    'outcome',
  ]);
  readonly operatorActions = this.counter(
    'operator_actions_total',
    'What people did to live calls, or tried to.',
    ['action', 'outcome'],
  );
  readonly refusedCalls = this.counter('calls_refused_total', 'Calls that were not placed, by the rule.', [
    'rule',
  ]);
  readonly refusedDoors = this.counter('refused_total', 'Requests turned away at a door.', ['door']);

  readonly toolSeconds = this.histogram('tool_seconds', 'Time a tool took.', ['tool']);
  readonly callSteps = this.histogram(
    'call_step_seconds',
    'Steps from a request to the first audio of the agent, named as in the timings of a call.',
    ['step'],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'cordboard_' });
    this.showTheWorstLag();
  }

  /** @param together what the figures of several workers make: of states that are the same for all, or 1 or 0, it is no sum. */
  gauge(name: string, help: string, read: () => number, together: 'sum' | 'max' = 'sum'): void {
    const gauge: Gauge = new Gauge({
      name: `cordboard_${name}`,
      help,
      registers: [this.registry],
      aggregator: together,
      collect: () => gauge.set(read()),
    });
  }

  /** One figure for each tool. */
  gaugeByTool(
    name: string,
    help: string,
    together: 'sum' | 'max',
    read: () => readonly (readonly [tool: string, value: number])[],
  ): void {
    const gauge: Gauge<'tool'> = new Gauge({
      name: `cordboard_${name}`,
      help,
      labelNames: ['tool'],
      registers: [this.registry],
      aggregator: together,
      collect: () => {
        for (const [tool, value] of read()) gauge.set({ tool }, value);
      },
    });
  }

  /** @param labelNames none of which may hold what a caller or a vendor can invent. */
  counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `cordboard_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** The library takes the mean of the workers' lags, in which one that is stuck would hardly show. */
  private showTheWorstLag(): void {
    for (const metric of this.registry.getMetricsAsArray())
      if (metric.name.includes('eventloop_lag') && metric.aggregator === 'average') metric.aggregator = 'max';
  }

  private histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    return new Histogram({
      name: `cordboard_${name}`,
      help,
      labelNames,
      buckets: SECONDS,
      registers: [this.registry],
    });
  }
}
