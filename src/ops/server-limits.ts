/**
 * What the HTTP server does with peers that take long, or are many: it lets them go before they cost memory or descriptors. Media
 * streams are under these limits until they are upgraded, and under those of their own afterwards.
 */
import type { Server } from 'node:http';
import type { Environment } from '../config/environment.js';

/** How often the server looks for peers that take too long; Node's own 30 s would let them stay that much longer. */
const LOOK_EVERY_MS = 1000;

/** To be called before the server listens. */
export function limitServer(server: Server, environment: Environment): void {
  const { HEADERS_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS, MAX_CONNECTIONS } = environment;
  server.headersTimeout = HEADERS_TIMEOUT_SECONDS * 1000;
  server.requestTimeout = REQUEST_TIMEOUT_SECONDS * 1000;
  server.maxConnections = MAX_CONNECTIONS;
  // An option of the constructor, read when the server begins to listen (Node 20 to 24); Nest makes the server without options.
  Reflect.set(server, 'connectionsCheckingInterval', LOOK_EVERY_MS);
}
