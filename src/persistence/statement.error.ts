/**
 * A statement that Postgres refused. What the driver and Drizzle throw has the values of the statement in its message, and so numbers
 * and words of callers; this says what it was without them.
 */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    /** SQLSTATE; `unknown` where there is none. */
    readonly code: string,
    readonly constraint: string | undefined,
  ) {
    super(`Postgres refused a statement: ${code}${constraint === undefined ? '' : ` (${constraint})`}`);
  }
}

/** What stands at the end of a chain of causes: there the driver speaks. */
export function rootOf(error: unknown): Readonly<Record<string, unknown>> {
  let root: Readonly<Record<string, unknown>> = {};
  for (let cause = error; isObject(cause); cause = cause['cause']) root = cause;
  return root;
}

/** Undefined for what was thrown by nobody's database. */
export function statementErrorOf(error: unknown): StatementError | undefined {
  const { code, constraint } = rootOf(error);
  if (typeof code !== 'string' || !SQLSTATE.test(code)) return undefined;
  return new StatementError(code, typeof constraint === 'string' ? constraint : undefined);
}

/** A digit is in each of them, and in no name of an error of a socket. */
export const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
