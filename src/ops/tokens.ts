/**
 * Injection token of the logger, which is a library's object and no class of ours.
 */
export const APP_LOGGER = Symbol('AppLogger');

/** Another clock of the machine, for periodic work that goes on without any call: heartbeats, retries, retention. */
export const BACKGROUND_CLOCK = Symbol('background clock');
