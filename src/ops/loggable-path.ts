/**
 * The path of a request as it may be logged: its fixed words and the ids that we made. Anything else in a path came from outside -
 * a token, a number, a name that somebody put there by mistake - and so may what is in a query.
 */

/** Every fixed segment of our routes; a test compares the list with the OpenAPI document. */
const WORDS = new Set(
  (
    'calls hangup events transcript recording webhooks redeliver ' +
    'transfer person accept result message dtmf mute takeover audio sync mcp ' +
    'tools usage erasures health live ready metrics docs docs-json ' +
    'twiml next twilio status stream elevenlabs webhook'
  ).split(' '),
);
/** Our own ids, and the number of an event of a call. */
const ID = /^(call_[0-9a-f]{32}|evt_[0-9a-f]{32}_\d{1,9})$/;
const HIDDEN = '[hidden]';

export function loggablePath(url: string | undefined): string {
  const [path = ''] = (url ?? '').split(/[?#]/, 1);
  const segments = path.split('/').slice(1);
  // What follows this word opens a media socket.
  if (segments[0] === 'stream' && segments.length > 1) return '/stream/[token]';
  return `/${segments.map((segment) => (segment === '' || WORDS.has(segment) || ID.test(segment) ? segment : HIDDEN)).join('/')}`;
}

export function isLoggedWord(segment: string): boolean {
  return WORDS.has(segment);
}
