/**
 * The codes of a close frame, and which may stand in one.
 */

export const NORMAL = 1000;
export const PROTOCOL_ERROR = 1002;
/** Never on the wire: the close frame had no code. */
export const NO_CODE = 1005;
/** Never on the wire: there was no close frame. */
export const NO_CLOSE = 1006;
export const NOT_UTF8 = 1007;
export const TOO_MANY_PARTS = 1008;
export const TOO_BIG = 1009;
export const OWN_MISTAKE = 1011;

/** As `ws` has it: what RFC 6455 and its registry define, and what is left to libraries and applications. */
export function mayBeSent(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= NORMAL && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== NO_CLOSE;
}
