/**
 * What a check of a deployment found: one line each, with the mend where something is to be done. Never holds a secret. Pure.
 */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** `unknown`: could not be looked at, for the reason told. Only `fault` makes the exit code 1. */
  readonly state: 'ok' | 'fault' | 'warning' | 'unknown';
  readonly says: string;
  readonly mend?: string;
}

const SIGNS = { ok: '✔', fault: '✘', warning: '!', unknown: '?' } as const;

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says };
}

export function fault(check: string, says: string, mend: string): Finding {
  return { check, state: 'fault', says, mend };
}

export function warning(check: string, says: string, mend: string): Finding {
  return { check, state: 'warning', says, mend };
}

export function unknown(check: string, says: string, mend?: string): Finding {
  return { check, state: 'unknown', says, ...(mend === undefined ? {} : { mend }) };
}

export function textOf(findings: readonly Finding[]): string {
  const lines = findings.map(({ check, state, says, mend }) => {
    const line = `${SIGNS[state]} ${check}: ${says}`;
    return mend === undefined ? line : `${line} → ${mend}`;
  });
  return `${lines.join('\n')}\n`;
}
