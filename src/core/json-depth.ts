/**
 * How deep a value may be nested. Whatever walks a value by recursion (validators, JSON itself on the way out) runs out of stack a few
 * thousand levels down, and no request, tool or event has a use for more than a handful.
 */
export const MAX_DEPTH = 32;

/** Level by level, so that the check itself needs no stack. */
export function isTooDeep(value: unknown, most = MAX_DEPTH): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    const next: unknown[] = [];
    for (const part of level)
      if (typeof part === 'object' && part !== null)
        for (const child of Object.values(part)) next.push(child);
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}
