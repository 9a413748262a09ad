/**
 * Answers of the simulated REST API in the vendor's shapes; their wording is our own.
 */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** One member of a 422: where, in words, and its kind. */
export interface FieldFault {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

export function found(body: object): Answer {
  return { status: 200, body };
}

export function failed(status: number, name: string, message: string): Answer {
  return { status, body: { detail: { status: name, message } } };
}

export function unprocessable(faults: readonly FieldFault[]): Answer {
  return { status: 422, body: { detail: faults } };
}

export function faultyQuery(name: string, msg: string, type: string): Answer {
  return unprocessable([{ loc: ['query', name], msg, type }]);
}
