/**
 * The figures of all processes as one. A counter never goes back: what a worker had counted when it was last asked stays in the sum
 * after it is gone, and while it does not answer, because a sum that falls is read as a start from zero and counted again.
 */
import { AggregatorRegistry, type PrometheusContentType } from 'prom-client';
import type { Figures } from './wire.js';

/** What is left of a process that is gone; its gauges tell of nothing any more. */
const STAYS: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary']);

export class FiguresSum {
  private readonly last = new Map<number, Figures>();
  private ofGone: Figures = [];

  answered(worker: number, figures: Figures): void {
    this.last.set(worker, figures);
  }

  gone(worker: number): void {
    const left = (this.last.get(worker) ?? []).filter(({ type }) => STAYS.has(String(type)));
    this.last.delete(worker);
    if (left.length > 0) this.ofGone = together([this.ofGone, left]).getMetricsAsArray();
  }

  /** @param own of the process that adds up. @returns the text format of Prometheus. */
  text(own: Figures): Promise<string> {
    return together([own, ...this.last.values(), this.ofGone]).metrics();
  }
}

function together(figures: readonly Figures[]) {
  return AggregatorRegistry.aggregate<PrometheusContentType>([...figures]);
}
