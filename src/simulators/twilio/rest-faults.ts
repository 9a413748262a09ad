/**
 * Faults of the REST API that are asked for while it runs: the next requests of a kind are refused, never answered, or
 * carried out without an answer. It only hands out what was asked for.
 */
export type RestFault =
  /** 429 with code 20429; not carried out. */
  | 'too-many-requests'
  /** 500 with code 20500; not carried out. */
  | 'server-error'
  /** 503 with code 20503; not carried out. */
  | 'unavailable'
  /** Neither carried out nor answered; the connection stays open. */
  | 'hangs'
  /** The connection breaks before anything is carried out. */
  | 'refused'
  /** Carried out, then the connection breaks instead of an answer. */
  | 'carried-out-unanswered';

/** The plain words are about calls; `fetch-media` is the sound of a recording. */
export type RestAction =
  | 'create'
  | 'update'
  | 'fetch'
  | 'list'
  | 'delete'
  | 'create-recording'
  | 'fetch-recording'
  | 'list-recordings'
  | 'delete-recording'
  | 'fetch-media';

export class RestFaults {
  private readonly pending: { fault: RestFault; action: RestAction; left: number }[] = [];

  /**
   * Strikes the next requests of that kind; several calls queue up.
   * @param times how many requests, 1 when not given
   * @param action which requests, `create` when not given
   */
  next(fault: RestFault, times = 1, action: RestAction = 'create'): void {
    this.pending.push({ fault, action, left: times });
  }

  /** Forgets all faults that have not struck yet. */
  clear(): void {
    this.pending.length = 0;
  }

  /** For the REST server: the fault that strikes this request, if any. */
  strike(action: RestAction): RestFault | undefined {
    const index = this.pending.findIndex((one) => one.action === action);
    const found = this.pending[index];
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.pending.splice(index, 1);
    return found.fault;
  }
}
