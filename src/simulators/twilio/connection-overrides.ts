/**
 * Twilio's connection overrides, written in the fragment of a webhook address (`#rc=2&rp=5xx`). Reads them; applies nothing.
 * Source: Twilio docs "Connection overrides" (read November 2026). `sni` and `e` (the edge) have no meaning here.
 */
export interface ConnectionOverrides {
  readonly connectMs: number;
  readonly totalMs: number;
  /** Repetitions after the first attempt, 0 to 5. */
  readonly retries: number;
  /** What is worth a repetition. */
  readonly policy: ReadonlySet<string>;
}

function clamped(text: string | null, [low, high]: readonly [number, number], fallback: number): number {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? fallback : Math.min(high, Math.max(low, value));
}

/** @param url a webhook address as it was configured, with or without a fragment */
export function readOverrides(url: string): {
  readonly url: string;
  readonly overrides: ConnectionOverrides;
} {
  const [address = '', fragment = ''] = url.split('#', 2);
  const options = new URLSearchParams(fragment);
  const readMs = clamped(options.get('rt'), [100, 15_000], 15_000);
  return {
    url: address,
    overrides: {
      connectMs: clamped(options.get('ct'), [100, 10_000], 5_000),
      totalMs: Math.min(readMs, clamped(options.get('tt'), [100, 15_000], 15_000)),
      retries: clamped(options.get('rc'), [0, 5], 1),
      policy: new Set((options.get('rp') ?? 'ct').split(',')),
    },
  };
}

/** @param outcome an HTTP status, or the phase in which there was no answer */
export function isWorthRetrying(outcome: number | 'ct' | 'rt', policy: ReadonlySet<string>): boolean {
  if (typeof outcome === 'number' && outcome < 400) return false;
  if (policy.has('all')) return true;
  if (typeof outcome !== 'number') return policy.has(outcome);
  return policy.has(outcome < 500 ? '4xx' : '5xx');
}
