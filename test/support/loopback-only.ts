/**
 * No test may reach a vendor: any connection that does not go to this machine fails, and says so.
 */
import net from 'node:net';

const LOOPBACK = /^(localhost|127\.|::1$|::ffff:127\.)/;
const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');

function hostOf(args: readonly unknown[]): string | undefined {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && typeof first.path === 'string') return undefined;
    return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost';
  }
  return typeof args[1] === 'string' ? args[1] : undefined;
}

net.Socket.prototype.connect = function loopbackOnly(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (host !== undefined && !LOOPBACK.test(host)) {
    throw new Error(`A test tried to connect to ${host}; tests stay on this machine.`);
  }
  return Reflect.apply(connect as (...all: unknown[]) => net.Socket, this, args);
};
