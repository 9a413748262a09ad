/**
 * The service as several workers behind one port. Their parent carries no calls: it has what must exist once - the server of the
 * store, the port, the sum of the metrics - and decides when the workers begin and end.
 */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../config/environment.js';
import { catchTheRest } from '../ops/last-resort.js';
import { createLogger, type AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { SystemClock } from '../ops/system-clock.js';
import { openStoreServer, type StoreServer } from '../persistence/store-server.js';
import { Crew } from './crew.js';
import { STOP_SIGNALS } from './stop-signals.js';
import { SumRound } from './sum-round.js';
import type { ToParent } from './wire.js';
import { WorkerError } from './worker.error.js';

/** What a worker may need beyond the time for its calls: hanging up, last writes, closing. */
const STOP_GRACE_MS = 30_000;

export interface Service {
  readonly environment: Environment;
  /** As they were read, for the workers. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Resolves when the service is up, and ends the process when it is told to.
 * @throws WorkerError, StoreError, EmbeddedPostgresError when it cannot start; nothing is left running then.
 */
export async function runWithWorkers(service: Service): Promise<void> {
  if (!cluster.isPrimary)
    throw new WorkerError(
      'WORKERS cannot be used in a process that is a worker of another cluster: set it to 1.',
    );
  const logger = createLogger(service.environment.LOG_LEVEL);
  const parent = new Parent(service, logger);
  for (const signal of STOP_SIGNALS)
    process.on(signal, () => void parent.stop(signal).then((isClean) => process.exit(isClean ? 0 : 1)));
  await parent.start();
}

class Parent {
  private readonly clock = new SystemClock();
  private readonly metrics = new Metrics();
  private readonly restarts = this.metrics.counter(
    'worker_restarts_total',
    'Workers that were started again because they had ended.',
    [],
  );
  private server: Promise<StoreServer> | undefined;
  private crew: Crew | undefined;
  private stopping: Promise<boolean> | undefined;

  constructor(
    private readonly service: Service,
    private readonly logger: AppLogger,
  ) {}

  async start(): Promise<void> {
    const { environment } = this.service;
    this.server = openStoreServer(environment, this.logger);
    const { url } = await this.server;
    if (this.stopping) return;
    this.logger.info({ workers: environment.WORKERS }, 'starting the workers');
    this.crew = this.crewOn(url);
    try {
      await this.crew.start();
    } catch (error) {
      await (await this.server).stop();
      throw error;
    }
    // Not earlier: what fails at the start ends the start.
    catchTheRest(process, this.logger, this.metrics);
  }

  /** Once, however many signals come. @returns whether all ended as they should. */
  stop(signal: string): Promise<boolean> {
    return (this.stopping ??= this.end(signal));
  }

  private async end(signal: string): Promise<boolean> {
    this.logger.info({ signal, workers: this.crew?.alive ?? 0 }, 'stopping: the workers finish their calls');
    const server = await this.server?.catch(() => undefined);
    const isClean = (await this.crew?.stop()) ?? true;
    // After the last worker, which may still write.
    await server?.stop();
    return isClean;
  }

  private crewOn(url: string): Crew {
    const { environment, variables } = this.service;
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.js', import.meta.url)), args: [] });
    const round = new SumRound({
      clock: this.clock,
      ask: () => crew.broadcast({ cordboard: 'show-figures' }),
      own: () => this.metrics.registry.getMetricsAsJSON(),
    });
    const crew: Crew = new Crew({
      count: environment.WORKERS,
      variables: { ...variables, DATABASE_URL: url },
      clock: this.clock,
      logger: this.logger,
      stopWithinMs: environment.DRAIN_TIMEOUT_SECONDS * 1000 + STOP_GRACE_MS,
      fork: () => cluster.fork(),
      heard: (number, message) => void this.heard(crew, round, number, message),
      gone: (number) => round.gone(number),
      restarted: () => this.restarts.inc(),
    });
    this.metrics.gauge('workers_alive', 'Workers that listen.', () => crew.alive);
    return crew;
  }

  private async heard(crew: Crew, round: SumRound, number: number, message: ToParent): Promise<void> {
    switch (message.cordboard) {
      case 'figures': {
        round.answered(number, message.figures);
        break;
      }
      case 'ask-sum': {
        const { question } = message;
        const text = await round.text().catch((error: unknown) => {
          this.logger.error({ err: error }, 'the metrics of the workers could not be added up');
          return undefined;
        });
        crew.send(number, { cordboard: 'sum', question, ...(text === undefined ? {} : { text }) });
        break;
      }
      case 'tip': {
        crew.broadcast(message, number);
        break;
      }
      default: {
        // Beginning and failing are the crew's.
      }
    }
  }
}
