/**
 * The program of one worker: the service as it runs alone, but for what its parent does for all - the store's server, the port, and
 * when to end. Started by `parent.ts` only.
 */
import '../ops/short-lived-objects.js';
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../app.js';
import { Environment } from '../config/environment.js';
import { catchTheRest } from '../ops/last-resort.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { SystemClock } from '../ops/system-clock.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { ParentLink, type ParentChannel } from './parent-link.js';
import { STOP_SIGNALS } from './stop-signals.js';
import { faultOf } from './start-fault.js';

const channel: ParentChannel = {
  send(message, done = () => undefined) {
    if (process.connected) process.send?.(message, undefined, undefined, () => done());
    else done();
  },
  onMessage: (listener) =>
    void process.on('message', (message, handle) =>
      listener(message, handle instanceof Socket ? handle : undefined),
    ),
};

async function main(): Promise<void> {
  // Node would end the process together with its parent, and with it all calls that are live.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  const parentGone = new Promise<'parent-gone'>((resolve) =>
    process.once('disconnect', () => resolve('parent-gone')),
  );
  // A terminal and some supervisors signal the whole group. The parent hears it too, and tells what is to be done.
  for (const signal of STOP_SIGNALS) process.on(signal, () => undefined);
  const link = new ParentLink(channel, new SystemClock());
  const over = Promise.race([parentGone, link.stop.then(() => 'stop' as const)]);
  const begin = await Promise.race([link.begin, over]);
  if (typeof begin === 'string') return;
  let app: NestExpressApplication;
  try {
    app = await start(link, begin.variables);
  } catch (error) {
    await new Promise<void>((resolve) =>
      channel.send({ cordboard: 'failed', fault: faultOf(error) }, resolve),
    );
    process.exit(1);
  }
  if ((await over) === 'parent-gone')
    app
      .get<AppLogger>(APP_LOGGER)
      .error('the parent of this worker is gone: it goes on until its calls have ended');
  await app.close();
}

async function start(
  link: ParentLink,
  variables: Readonly<Record<string, string>>,
): Promise<NestExpressApplication> {
  const app = await createApp({ variables, siblings: link });
  const { PORT, HOST } = app.get(Environment);
  const metrics = app.get(Metrics);
  link.figures = () => metrics.registry.getMetricsAsJSON();
  await app.listen(PORT, HOST);
  const server: Server = app.getHttpServer();
  link.takeConnection = (connection) => {
    if (server.listening) server.emit('connection', connection);
    else connection.destroy();
  };
  const logger = app.get<AppLogger>(APP_LOGGER);
  catchTheRest(process, logger, metrics);
  logger.info({ url: await app.getUrl(), pid: process.pid }, 'listening');
  channel.send({ cordboard: 'ready' });
  return app;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${faultOf(error)}\n`);
    process.exit(1);
  },
);
