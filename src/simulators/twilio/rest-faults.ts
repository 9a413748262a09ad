/**
 * Faults of the REST API that are asked for while it runs: the next requests of a kind are refused, never answered, or
 * carried out without an answer. It only hands out what was asked for.
 */
export const REST_FAULTS = [
  /** 429 with code 20429; not carried out. */
  'too-many-requests',
  /** 500 with code 20500; not carried out. */
  'server-error',
  /** 503 with code 20503; not carried out. */
  'unavailable',
  /** Neither carried out nor answered; the connection stays open. */
  'hangs',
  /** The connection breaks before anything is carried out. */
  'refused',
  /** Carried out, then the connection breaks instead of an answer. */
  'carried-out-unanswered',
  /** Carried out, then no answer comes, and the connection stays open. */
  'carried-out-hangs',
] as const;
export type RestFault = (typeof REST_FAULTS)[number];

/** The plain words are about calls; `fetch-media` is the sound of a recording. */
export const REST_ACTIONS = [
  'create',
  'update',
  'fetch',
  'list',
  'delete',
  'create-recording',
  'fetch-recording',
  'list-recordings',
  'delete-recording',
  'fetch-media',
  'fetch-account',
  'fetch-balance',
  'list-numbers',
  'fetch-number',
  'update-number',
] as const;
export type RestAction = (typeof REST_ACTIONS)[number];

/** A fault that has not struck as often as it was asked to. */
export interface PendingFault {
  readonly fault: RestFault;
  readonly action: RestAction;
  /** Requests that it will still strike, 1 or more. */
  readonly times: number;
}

export class RestFaults {
  private queue: PendingFault[] = [];

  /** What has not struck yet, in the order in which it was asked for. */
  get pending(): readonly PendingFault[] {
    return this.queue;
  }

  /**
   * Strikes the next requests of that kind; several calls queue up.
   * @param times how many requests, 1 when not given
   * @param action which requests, `create` when not given
   */
  next(fault: RestFault, times = 1, action: RestAction = 'create'): void {
    this.queue.push({ fault, action, times });
  }

  /** Forgets all faults that have not struck yet. */
  clear(): void {
    this.queue = [];
  }

  /** For the REST server: the fault that strikes this request, if any. */
  strike(action: RestAction): RestFault | undefined {
    const found = this.queue.find((one) => one.action === action);
    if (!found) return undefined;
    const left = found.times > 1 ? [{ ...found, times: found.times - 1 }] : [];
    this.queue = this.queue.flatMap((one) => (one === found ? left : [one]));
    return found.fault;
  }
}
