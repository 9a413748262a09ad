/**
 * What `postmaster.pid` says, by PostgreSQL's `utils/pidfile.h`: one fact a line. It is written in steps while the server
 * starts, so a file without its last lines is usual, and after a crash it says what is no longer so. Pure.
 */

export interface PostmasterFile {
  /** The server's process, if it still lives. */
  readonly pid: number;
  /** As the server was told it: absolute, links not resolved. */
  readonly clusterDir: string;
  readonly port: number;
}

/** Lines 1, 2 and 4; line 3 is the time of the start. */
const LINE = { pid: 0, clusterDir: 1, port: 3 } as const;
const MAX_PORT = 65_535;

/** No process has it: Linux ends at 2^22, the other systems far below. */
const PID_OF_NOBODY = 999_999_999;

/** Undefined while the file is not yet, or no longer, complete enough to be followed. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split(/\r?\n/);
  const pid = wholeNumber(lines[LINE.pid]);
  const port = wholeNumber(lines[LINE.port]);
  const clusterDir = lines[LINE.clusterDir] ?? '';
  if (pid === undefined || port === undefined || port > MAX_PORT || clusterDir === '') return undefined;
  return { pid, clusterDir, port };
}

/**
 * The same file, left behind by nobody. Postgres refuses to start while any process has the number of line 1, even a stranger
 * who got it after a crash. The other lines stay, because by the last one Postgres still finds out whether orphans of the
 * old server have the memory in use, and refuses then with reason.
 */
export function withoutOwner(text: string): string {
  return text.replace(/^[^\r\n]*/, String(PID_OF_NOBODY));
}

function wholeNumber(line: string | undefined): number | undefined {
  const text = line?.trim() ?? '';
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
