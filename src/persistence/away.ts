/**
 * Whether an error of the driver means that the database cannot be reached, rather than that it refused a statement.
 */
import { SQLSTATE } from './statement.error.js';

/** Classes and codes of SQLSTATE with which a server says that it is going, coming or full. */
const AWAY_STATES = /^(08...|53300|57P0[1-5]|25006)$/;
/** Errors of sockets, and those that node-postgres makes itself, which have no code at all. */
const AWAY_WORDS =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable/;

/** What the pool says when nobody gave a connection back, and when none could be made. */
const NO_CONNECTION = 'timeout exceeded when trying to connect';

export function meansNoneFree(error: unknown): boolean {
  for (let cause = error; isObject(cause); cause = cause['cause'])
    if (cause['message'] === NO_CONNECTION) return true;
  return false;
}

export function meansAway(error: unknown): boolean {
  // Drizzle wraps the driver's error in its own. By its fields and not by its class: errors of Node's sockets can come from another
  // realm than this code's, as they do under Jest.
  for (let cause = error; isObject(cause); cause = cause['cause']) {
    const { code, message, errors, query } = cause;
    // What the server itself said decides; its message may quote anything.
    if (typeof code === 'string' && SQLSTATE.test(code)) return AWAY_STATES.test(code);
    if (typeof code === 'string' && AWAY_WORDS.test(code)) return true;
    // Drizzle's own message has the statement with its values in it.
    if (query === undefined && typeof message === 'string' && AWAY_WORDS.test(message)) return true;
    if (Array.isArray(errors) && errors.some((one) => meansAway(one))) return true;
  }
  return false;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
