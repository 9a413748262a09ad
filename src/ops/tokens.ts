/**
 * Injection token of the logger, which is a library's object and no class of ours.
 */
export const APP_LOGGER = Symbol('AppLogger');
