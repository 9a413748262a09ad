/**
 * The floor of Node: a pipe of bytes between two sockets that understands nothing. A process of its own; the port that it leads to comes
 * as the first argument.
 */
import { connect, createServer, type Socket } from 'node:net';
import { listenForParent } from './listening.js';

const target = Number(process.argv[2]);

function join(one: Socket, other: Socket): void {
  one.setNoDelay(true);
  one.pipe(other);
  one.on('error', () => other.destroy());
  one.on('close', () => other.destroy());
}

const server = createServer((caller) => {
  const agent = connect(target, '127.0.0.1');
  join(caller, agent);
  join(agent, caller);
});

listenForParent(server);
