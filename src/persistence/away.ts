/**
 * Whether an error of the driver means that the database cannot be reached, rather than that it refused a statement.
 */

/** Classes and codes of SQLSTATE with which a server says that it is going, coming or full. */
const AWAY_STATES = /^(08...|53300|57P0[1-5]|25006)$/;
/** Errors of sockets, and those that node-postgres makes itself, which have no code at all. */
const AWAY_WORDS =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable/;

export function meansAway(error: unknown): boolean {
  // Drizzle wraps the driver's error in its own.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    if (AWAY_STATES.test(code) || AWAY_WORDS.test(code) || AWAY_WORDS.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some((one) => meansAway(one))) return true;
  }
  return false;
}
