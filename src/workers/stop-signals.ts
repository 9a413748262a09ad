/**
 * By which signals the service is told to stop: those of supervisors, of a terminal, and of a terminal that is closed.
 */
export const STOP_SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
] as const satisfies readonly NodeJS.Signals[];
