/**
 * When sockets write: once each, at the end of the read that made them send. What is sent outside of any read goes out before the
 * event loop moves on. So a burst of frames costs one system call and no frame waits for a timer.
 */

export interface Flushable {
  /** Must not throw. */
  flush(): void;
}

const waiting: Flushable[] = [];
/** More than one only where sockets are no sockets of the kernel, and one's write is another's read. */
let readsUnderWay = 0;
let isPromised = false;

export function beginRead(): void {
  readsUnderWay += 1;
}

export function endRead(): void {
  readsUnderWay -= 1;
  if (readsUnderWay === 0) flushAll();
}

export function flushAtEndOfTurn(socket: Flushable): void {
  waiting.push(socket);
  if (readsUnderWay > 0 || isPromised) return;
  isPromised = true;
  process.nextTick(keepPromise);
}

function keepPromise(): void {
  isPromised = false;
  flushAll();
}

function flushAll(): void {
  // The list may grow meanwhile, see above. Which socket is first makes no difference to any of them.
  for (let socket = waiting.pop(); socket; socket = waiting.pop()) socket.flush();
}
