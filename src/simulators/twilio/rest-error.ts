/**
 * An answer of the REST API that is not success, in Twilio's form. It says code, HTTP status and an explanation of our own;
 * it does not decide when to refuse.
 */
const STATUS_BY_CODE: Readonly<Record<number, number>> = {
  20003: 401,
  20004: 405,
  20404: 404,
  20409: 409,
  20429: 429,
  20500: 500,
  20503: 503,
};

export class RestError extends Error {
  /** The HTTP status. */
  readonly status: number;

  /** @param code Twilio's error code; without a known status it is a 400 */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'RestError';
    this.status = STATUS_BY_CODE[code] ?? 400;
  }

  get body(): Readonly<Record<string, unknown>> {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}
