/**
 * The service's REST API as the sandbox uses it: places calls and reads what became of them.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** The service's answer about a call, as far as the sandbox shows it. */
export interface CallRecord {
  readonly id: string;
  readonly status: string;
  readonly endReason: string | null;
  readonly endedAt: string | null;
  readonly durationSeconds: number | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
}

export interface CallOrder {
  /** E.164. */
  readonly to: string;
  readonly variables: Readonly<Record<string, string>>;
}

const ASK_EVERY_MS = 50;
const CREATED = 201;

export class ServiceApi {
  /** @param url of the service @param apiKey one of its API_KEYS */
  constructor(
    readonly url: string,
    readonly apiKey: string,
  ) {}

  /** @throws Error with the service's own words when it refuses */
  async place(order: CallOrder): Promise<CallRecord> {
    const response = await this.request('POST', '/calls', order);
    if (response.status !== CREATED)
      throw new Error(`POST /calls answered ${response.status}: ${await response.text()}`);
    return recordIn(await response.json());
  }

  /** Waits until the call's record is closed. @returns it as it is after `limitMs`, when it is still open then */
  async closedRecord(id: string, limitMs: number): Promise<CallRecord> {
    const until = performance.now() + limitMs;
    for (;;) {
      const response = await this.request('GET', `/calls/${id}`);
      if (!response.ok) throw new Error(`GET /calls/${id} answered ${response.status}`);
      const record = recordIn(await response.json());
      if (record.endedAt !== null || performance.now() > until) return record;
      await delay(ASK_EVERY_MS);
    }
  }

  private request(method: string, address: string, body?: CallOrder): Promise<Response> {
    return fetch(`${this.url}${address}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** What is missing reads as such, so that a report can show a record that is not what it should be. */
function recordIn(value: unknown): CallRecord {
  const record = membersOf(value);
  const failure = membersOf(record['failure']);
  return {
    id: text(record['id']) ?? 'no id',
    status: text(record['status']) ?? 'no status',
    endReason: text(record['endReason']),
    endedAt: text(record['endedAt']),
    durationSeconds: typeof record['durationSeconds'] === 'number' ? record['durationSeconds'] : null,
    failure:
      typeof failure['code'] === 'string'
        ? { code: failure['code'], detail: text(failure['detail']) ?? '' }
        : null,
  };
}

function text(member: unknown): string | null {
  return typeof member === 'string' ? member : null;
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
