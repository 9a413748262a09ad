/**
 * The application with everything that belongs to its doors: body parsers, pipes, sockets, docs. Does not listen yet.
 */
import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import { ELEVENLABS_WEBHOOK_PATH } from './billing/elevenlabs-webhook.controller.js';
import { RawFramesWsAdapter } from './media-stream/raw-frames.ws-adapter.js';
import { serveDocs } from './ops/docs.js';
import { Environment } from './config/environment.js';
import { ApiKeys } from './ops/api-keys.js';
import { NestLogger, type AppLogger } from './ops/logger.js';
import { requestLog } from './ops/request-log.js';
import { requestTurns } from './ops/request-turns.js';
import type { Siblings } from './ops/siblings.js';
import { limitServer } from './ops/server-limits.js';
import { APP_LOGGER } from './ops/tokens.js';

const JSON_BODY = /^\s*application\/json\s*(;|$)/i;
const FORM_BODY = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i;
/** What is read of a body that comes without a valid key: a callback of Twilio has two kilobytes. */
const WITHOUT_KEY_BYTES = 65_536;
const READS_ITSELF = new RegExp(`^${ELEVENLABS_WEBHOOK_PATH}/?($|\\?)`, 'i');

export interface AppOptions {
  /** Read instead of `process.env` and `.env`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Modules of an application, such as those that list its tools. */
  readonly modules?: NonNullable<DynamicModule['imports']>;
  /** The other processes, where the service runs as several workers: their parent decides then when this one ends. */
  readonly siblings?: Siblings;
}

/** @throws EnvironmentError, ToolRegistrationError */
export async function createApp({
  variables,
  modules,
  siblings,
}: AppOptions = {}): Promise<NestExpressApplication> {
  const module = await AppModule.read(variables, modules, siblings);
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bufferLogs: true,
    // When the start fails, the reason is told once, by whoever started it.
    autoFlushLogs: false,
    abortOnError: false,
    bodyParser: false,
    rawBody: true,
  });
  const logger = app.get<AppLogger>(APP_LOGGER);
  app.useLogger(new NestLogger(logger));
  app.flushLogs();
  app.disable('x-powered-by');
  const environment = app.get(Environment);
  const limit = environment.MAX_BODY_BYTES;
  limitServer(app.getHttpServer(), environment);
  const keys = app.get(ApiKeys);
  app.use(requestTurns(keys));
  app.use(requestLog(logger, keys));
  app.use(helmet());
  app.useBodyParser('json', {
    limit,
    type: (request) => isParsedJson(request) && keys.ofRequest(request) !== undefined,
  });
  // Bodies are read before their doors are reached, since signatures are over them.
  app.useBodyParser('json', { limit: WITHOUT_KEY_BYTES, type: isParsedJson });
  // Flat, because Twilio signs names as they are sent, brackets included.
  app.useBodyParser('urlencoded', { limit: WITHOUT_KEY_BYTES, extended: false, type: isParsedForm });
  app.useWebSocketAdapter(new RawFramesWsAdapter(app));
  serveDocs(app);
  if (!siblings) app.enableShutdownHooks();
  await app.init();
  return app;
}

function isParsedForm({ url = '', headers }: IncomingMessage): boolean {
  return FORM_BODY.test(headers['content-type'] ?? '') && !READS_ITSELF.test(url);
}

/** All but the one address that reads its own body, which may be large. */
function isParsedJson({ url = '', headers }: IncomingMessage): boolean {
  return JSON_BODY.test(headers['content-type'] ?? '') && !READS_ITSELF.test(url);
}
