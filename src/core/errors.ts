/**
 * The catalogue of errors that the outside can see, each with a stable code. `docs/errors.md` is written from it, the HTTP
 * filter answers by it, and nothing else invents a code.
 */

interface CatalogueEntry {
  /** HTTP status of the answer; for errors that only appear on a call's record, the status they would have had. */
  readonly status: number;
  readonly title: string;
  /** What to do about it. */
  readonly mend: string;
  /** Whether the same request can succeed later without being changed. */
  readonly retryable: boolean;
}

export const ERRORS = {
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
    mend: 'See `detail` for the rule; ALLOWED_DESTINATIONS lists what may be dialled.',
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
    mend: 'Send at most 256 kB.',
    retryable: false,
  },
  'at-capacity': {
    status: 503,
    title: 'This replica holds as many calls as it may.',
    mend: 'Try again later, add a replica, or raise MAX_CONCURRENT_CALLS.',
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
  'carrier-refused': {
    status: 422,
    title: 'Twilio refused to place the call.',
    mend: 'See `detail` for the reason Twilio gave and its error code.',
    retryable: false,
  },
  'carrier-unreachable': {
    status: 502,
    title: 'Twilio could not be reached, or did not answer.',
    mend: 'Look at the call before repeating: whether the phone rings is unknown when an answer was lost.',
    retryable: true,
  },
  'stream-never-came': {
    status: 504,
    title: 'The call was answered but Twilio never opened the media stream.',
    mend: 'Check that PUBLIC_URL passes WebSocket upgrades; Twilio logs 31920 and its kin.',
    retryable: true,
  },
  'stream-lost': {
    status: 502,
    title: 'The media stream broke off.',
    mend: 'Look for restarts, proxies that time out, or network trouble.',
    retryable: true,
  },
  'stream-format': {
    status: 422,
    title: 'The media stream is not mu-law at 8000 Hz, mono.',
    mend: 'Remove audioFormat and sampleRate from the <Stream> element.',
    retryable: false,
  },
  'stream-overloaded': {
    status: 503,
    title: 'A peer took too long to read its audio and was cut off.',
    mend: 'Look at the network between this service and the peer named in `detail`.',
    retryable: true,
  },
  'agent-unauthorized': {
    status: 502,
    title: 'ElevenLabs refused the API key.',
    mend: 'Check ELEVENLABS_API_KEY and that it may use agents (convai).',
    retryable: false,
  },
  'agent-not-found': {
    status: 502,
    title: 'ElevenLabs knows no such agent.',
    mend: 'Check agentId or ELEVENLABS_AGENT_ID, and that ELEVENLABS_API_URL is the region where the agent was made.',
    retryable: false,
  },
  'agent-unreachable': {
    status: 502,
    title: 'ElevenLabs could not be reached, or did not answer in time.',
    mend: 'Try again; check the network and the status page of ElevenLabs.',
    retryable: true,
  },
  'agent-busy': {
    status: 503,
    title: 'ElevenLabs has no free conversation for this agent.',
    mend: 'Raise the concurrency of the plan or the agent, or place fewer calls at once.',
    retryable: true,
  },
  'agent-quota': {
    status: 502,
    title: 'The ElevenLabs account has used up its quota.',
    mend: 'Add credit or raise the limit of the API key.',
    retryable: false,
  },
  'agent-missing-variable': {
    status: 422,
    title: 'The agent needs a variable that the call does not have.',
    mend: 'Pass the variable named in `detail` in `variables`.',
    retryable: false,
  },
  'agent-override-refused': {
    status: 422,
    title: 'The agent does not allow one of the overrides.',
    mend: 'Allow the override in the security settings of the agent, or leave it out.',
    retryable: false,
  },
  'agent-format': {
    status: 422,
    title: 'The agent does not speak or hear mu-law at 8000 Hz.',
    mend: 'Set the agent: conversation_config.asr.user_input_audio_format and conversation_config.tts.agent_output_audio_format to ulaw_8000.',
    retryable: false,
  },
  'agent-lost': {
    status: 502,
    title: 'The conversation with the agent broke off.',
    mend: 'See `detail` for the close code and reason that ElevenLabs gave.',
    retryable: true,
  },
  'service-lost': {
    status: 500,
    title: 'The process that carried the call ended without warning.',
    mend: 'Look at the log and the memory of the replica; the call is on record up to its last second.',
    retryable: true,
  },
  internal: {
    status: 500,
    title: 'This service made a mistake.',
    mend: 'Report it with the request id of the answer.',
    retryable: true,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One field of the input and what is wrong with it. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** An error of the catalogue. `detail` may be read by the user and never holds a secret or a phone number. */
export class CordboardError extends Error {
  override readonly name = 'CordboardError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: string = ERRORS[code].title,
    readonly faults: readonly FieldFault[] = [],
    /** Further members of the answer, such as the id of the call concerned. */
    readonly members: Readonly<Record<string, string | number>> = {},
  ) {
    super(`${code}: ${detail}`);
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
