/**
 * Errors that requests are answered with, and that keep a call from being placed.
 */
import type { CatalogueEntry } from './error-catalogue.js';

export const REQUEST_ERRORS = {
  'bad-input': {
    status: 400,
    title: 'The request has fields that are missing, unknown or malformed.',
    mend: 'Correct the fields named in `errors`.',
    retryable: false,
  },
  'malformed-body': {
    status: 400,
    title: 'The body could not be read.',
    mend: 'Send valid JSON with `Content-Type: application/json`.',
    retryable: false,
  },
  unauthorized: {
    status: 401,
    title: 'The request carries no valid API key.',
    mend: 'Send `Authorization: Bearer <key>` with one of the keys in API_KEYS.',
    retryable: false,
  },
  'bad-signature': {
    status: 403,
    title: 'The request is not signed by Twilio.',
    mend: 'Check that PUBLIC_URL is exactly the address Twilio calls and that TWILIO_AUTH_TOKEN is the primary token.',
    retryable: false,
  },
  'bad-webhook-signature': {
    status: 403,
    title: 'The request is not signed by ElevenLabs, or was signed too long ago.',
    mend: 'Check that ELEVENLABS_WEBHOOK_SECRET is the secret of this very webhook, and the clock of this machine.',
    retryable: false,
  },
  'webhook-secret-unset': {
    status: 503,
    title: 'Webhooks of ElevenLabs are refused, because nothing is there to check them with.',
    mend: 'Set ELEVENLABS_WEBHOOK_SECRET to the secret that ElevenLabs showed when the webhook was made.',
    retryable: true,
  },
  'bad-stream-token': {
    status: 401,
    title: 'The media socket carries no valid token.',
    mend: 'Only the address in a fresh TwiML answer opens a media socket, once, within a minute.',
    retryable: false,
  },
  'destination-refused': {
    status: 403,
    title: 'This destination may not be dialled.',
    mend: 'See `rule` and `detail`; ALLOWED_DESTINATIONS lists what may be dialled, EXEMPT_DESTINATIONS what no rule is applied to.',
    retryable: false,
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this address.',
    mend: 'Check the path and the id.',
    retryable: false,
  },
  'call-ended': {
    status: 409,
    title: 'The call has already ended.',
    mend: 'Nothing to do.',
    retryable: false,
  },
  'call-not-answered': {
    status: 409,
    title: 'The call has not come through to its agent yet.',
    mend: 'Send the request again once the call is `in-progress` and its agent is ready.',
    retryable: true,
  },
  'call-with-person': {
    status: 409,
    title: 'The line is with a person, or on its way to one, and so with no agent.',
    mend: 'Wait for `transfer.ended`, or give the caller back with DELETE /calls/{id}/takeover.',
    retryable: true,
  },
  'call-not-taken-over': {
    status: 409,
    title: 'Nobody has taken the call over.',
    mend: 'Nothing to do.',
    retryable: false,
  },
  'no-operator-audio': {
    status: 409,
    title: 'No audio socket of this key is open, so nobody would speak to the caller.',
    mend: 'Open GET /calls/{id}/audio as a WebSocket with the same key first, or give `to` to hand the caller to a phone.',
    retryable: true,
  },
  'call-elsewhere': {
    status: 421,
    title: 'Another replica, or another worker, carries the media of this call.',
    mend: 'Connect again until the connection comes to that one.',
    retryable: true,
  },
  'call-not-reached': {
    status: 503,
    title: 'The replica that carries the media of this call did not answer in time.',
    mend: 'Look at the call before repeating: whether it was carried out is not known.',
    retryable: true,
  },
  'too-many-listeners': {
    status: 503,
    title: 'As many listen in as may.',
    mend: 'Close one, or raise MAX_LISTENERS.',
    retryable: true,
  },
  'bad-range': {
    status: 416,
    title: 'The range lies outside of the recording.',
    mend: 'Ask for bytes below the length in Content-Range; a live recording grows.',
    retryable: true,
  },
  'idempotency-conflict': {
    status: 409,
    title: 'The Idempotency-Key was used with another body.',
    mend: 'Use a new key for a new request.',
    retryable: false,
  },
  'idempotency-in-progress': {
    status: 409,
    title: 'The first request with this Idempotency-Key has not been answered yet.',
    mend: 'Send the same request again in a few seconds, with the same key.',
    retryable: true,
  },
  'body-too-large': {
    status: 413,
    title: 'The body is larger than this service reads.',
    mend: 'Send at most MAX_BODY_BYTES, 256 KiB unless it was changed.',
    retryable: false,
  },
  'rate-limited': {
    status: 429,
    title: 'More requests came with this key than it may send.',
    mend: 'Wait as long as Retry-After says, or raise API_REQUESTS_PER_MINUTE; `RateLimit` tells beforehand what is left.',
    retryable: true,
  },
  'at-capacity': {
    status: 503,
    title: 'This replica holds as many calls as it may.',
    mend: 'Try again later, add a replica, or raise MAX_CONCURRENT_CALLS.',
    retryable: true,
  },
  saturated: {
    status: 503,
    title: 'The event loop of this replica is too busy for another call; live calls are not touched.',
    mend: 'Try again later, add a replica, raise WORKERS where there are idle cores, or raise MAX_LOOP_BUSY_PERCENT.',
    retryable: true,
  },
  'too-many-bodies': {
    status: 503,
    title: 'This replica reads as many post-call webhooks at once as it may.',
    mend: 'Nothing to do: ElevenLabs sends again, and what it does not send is asked for.',
    retryable: true,
  },
  'too-many-streams': {
    status: 503,
    title: 'This replica has as many readers of event streams as it serves.',
    mend: 'Close streams that nobody needs, follow GET /events instead of one stream for each call, or add a replica.',
    retryable: true,
  },
  draining: {
    status: 503,
    title: 'This replica is shutting down and takes no new calls.',
    mend: 'Send the request again; another replica will take it.',
    retryable: true,
  },
  'store-away': {
    status: 503,
    title: 'The store of calls does not answer.',
    mend: 'Try again shortly; whoever runs the service looks at DATABASE_URL, or at the log in DATA_DIR.',
    retryable: true,
  },
  'budget-reached': {
    status: 402,
    title: 'The budget of the day does not allow another call.',
    mend: 'Wait for the next day (UTC), or raise DAILY_BUDGET_USD; `GET /usage` says what is left.',
    retryable: true,
  },
  'destination-limit-reached': {
    status: 429,
    title: 'As many calls were placed to this number as may be within a time.',
    mend: 'Wait as long as Retry-After says, or raise CALLS_PER_DESTINATION; `limit` says which part of it was reached.',
    retryable: true,
  },
  'key-limit-reached': {
    status: 429,
    title: 'As many calls were placed with this key as may be within a time.',
    mend: 'Wait as long as Retry-After says, or raise CALLS_PER_KEY; `limit` says which part of it was reached.',
    retryable: true,
  },
  'dialling-stopped': {
    status: 503,
    title: 'Most of the last calls failed before the agent was heard, so no more are dialled for now.',
    mend: 'Look at `failure` of these calls and mend the cause. One call is tried after BREAKER_PAUSE_SECONDS; BREAKER_FAILURE_PERCENT=0 switches this off.',
    retryable: true,
  },
} as const satisfies Record<string, CatalogueEntry>;
