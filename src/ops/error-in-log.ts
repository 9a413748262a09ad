/**
 * What a log line says of an error. Messages of errors quote what they failed on - a caller's words in the failure of a tool, a number
 * in that of a parser - so a message is shown only where it is known to quote nothing. Kind, code and stack tell where to look, and
 * LOG_LEVEL=debug shows messages too.
 */

/** Ours, which are written so that they hold no secret, number or word. Those of the language do: `Failed to parse URL from …`. */
const SAYS_NOTHING_PRIVATE = new Set([
  'CordboardError',
  'StatementError',
  'StoreError',
  'EmbeddedPostgresError',
]);
const WORD = /^[\w.-]{1,64}$/;
/** A place in code. A message can have lines of its own that begin like one. */
const FRAME = /^\s+at .*[(\s](file:|node:|\/|[A-Za-z]:\\).*:\d+:\d+\)?$/;
const MAX_CAUSES = 3;

export interface ErrorInLog {
  readonly type: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: ErrorInLog;
}

/** What is thrown need not be an error, nor one of this realm. */
export function errorInLog(thrown: unknown, causes = 0): ErrorInLog {
  if (typeof thrown !== 'object' || thrown === null) return { type: typeof thrown };
  const field = (name: string): unknown => Reflect.get(thrown, name);
  const [name, code, message, stack, cause] = ['name', 'code', 'message', 'stack', 'cause'].map(field);
  const type = typeof name === 'string' && WORD.test(name) ? name : 'Error';
  return {
    type,
    ...(typeof code === 'number' || (typeof code === 'string' && WORD.test(code)) ? { code } : {}),
    ...(typeof message === 'string' && SAYS_NOTHING_PRIVATE.has(type) ? { message } : {}),
    ...(typeof stack === 'string' ? { stack: framesOf(stack) } : {}),
    ...(cause === undefined || causes >= MAX_CAUSES ? {} : { cause: errorInLog(cause, causes + 1) }),
  };
}

function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => line.trim())
    .join('\n');
}
