/**
 * A line of the service's structured log, made shorter for a person. Lines that are not such a log stay as they are.
 */
const LEVELS: Readonly<Record<number, string>> = { 40: 'warn', 50: 'error', 60: 'fatal' };
/** Of no use to somebody who looks on. */
const LEFT_OUT: ReadonlySet<string> = new Set(['level', 'time', 'service', 'msg', 'pid', 'hostname']);

export function readableLog(line: string): string {
  const entry = parsed(line);
  if (!entry) return line;
  const rest = Object.fromEntries(Object.entries(entry).filter(([name]) => !LEFT_OUT.has(name)));
  const level = LEVELS[Number(entry['level'])] ?? String(entry['level']);
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${level}: ${typeof entry['msg'] === 'string' ? entry['msg'] : ''}${more}`;
}

function parsed(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
