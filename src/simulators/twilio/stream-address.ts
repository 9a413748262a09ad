/**
 * The address of a `<Stream>`: which schemes are accepted and what is requested and signed in the end. It opens nothing.
 */

/** Twilio's error log entry for a stream that does not come about. */
export class StreamFailed extends Error {
  /** @param code 31900 to 31960 */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'StreamFailed';
  }
}

export interface StreamAddress {
  /** Requested and signed: as written, without query and fragment. */
  readonly url: string;
  /** What is really connected to. */
  readonly target: string;
  /** The `Host` header. */
  readonly host: string;
}

/**
 * Twilio takes wss only. Plain ws is taken here for this machine and for hosts of one label, the names of containers that stand side by
 * side: no stranger can be on that wire, Twilio could not reach such a host at all, and a sandbox has no certificate.
 */
function mayBePlain(hostname: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname) || /^[a-z\d-]+$/i.test(hostname);
}

/** An http address as the WebSocket address of the same place. */
function asSocketAddress(target: string): string {
  return target.replace(/^http/, 'ws').replace(/\/$/, '');
}

/**
 * @param written the `url` attribute
 * @param connectTo other targets by host, as for webhooks
 * @throws StreamFailed with Twilio's code
 */
export function readStreamAddress(
  written: string | undefined,
  connectTo: Readonly<Record<string, string>> = {},
): StreamAddress {
  if (written === undefined || !URL.canParse(written))
    throw new StreamFailed(31923, `malformed address: ${written}`);
  const parsed = new URL(written);
  if (parsed.protocol !== 'wss:' && !(parsed.protocol === 'ws:' && mayBePlain(parsed.hostname))) {
    throw new StreamFailed(31922, `only wss is possible: ${written}`);
  }
  // Twilio was seen to strip the query (it documents only that none is allowed); what it signs then is unverified.
  const url = written.replace(/[?#].*$/s, '');
  const other = connectTo[parsed.host];
  return {
    url,
    target: other === undefined ? url : asSocketAddress(other) + parsed.pathname,
    host: parsed.host,
  };
}
