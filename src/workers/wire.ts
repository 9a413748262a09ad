/**
 * What the parent and its workers say to each other over Node's channel between them, both directions, checked at the door. The
 * channel also carries Node's own messages and those of tools that look into processes: what is not ours is passed over.
 */
import type { MetricObject } from 'prom-client';
import type { Tip } from '../ops/siblings.js';

/** The figures of one process, as its registry gives them. */
export type Figures = readonly MetricObject[];

export type ToWorker =
  /** The answer to `hello`. Variables hold secrets, the address of the store among them: never logged. */
  | {
      readonly cordboard: 'begin';
      readonly number: number;
      readonly variables: Readonly<Record<string, string>>;
    }
  | { readonly cordboard: 'stop' }
  | { readonly cordboard: 'sibling-lost' }
  /** Comes with a connection that another worker did not live to take. */
  | { readonly cordboard: 'take-connection' }
  | { readonly cordboard: 'show-figures' }
  /** The answer to `ask-sum`; `text` is missing where it could not be had. */
  | { readonly cordboard: 'sum'; readonly question: number; readonly text?: string }
  | { readonly cordboard: 'tip'; readonly topic: string; readonly tip: Tip };

export type ToParent =
  /** It listens to its parent. What was said before may have been lost while the program was loaded. */
  | { readonly cordboard: 'hello' }
  /** It listens. */
  | { readonly cordboard: 'ready' }
  /** It cannot start, and ends. */
  | { readonly cordboard: 'failed'; readonly fault: string }
  | { readonly cordboard: 'figures'; readonly figures: Figures }
  | { readonly cordboard: 'ask-sum'; readonly question: number }
  | { readonly cordboard: 'tip'; readonly topic: string; readonly tip: Tip };

type Checks<Message extends { cordboard: string }> = Readonly<
  Record<Message['cordboard'], (fields: Readonly<Record<string, unknown>>) => boolean>
>;

const isTip = ({ topic, tip }: Readonly<Record<string, unknown>>): boolean =>
  typeof topic === 'string' && isRecord(tip);

const TO_WORKER: Checks<ToWorker> = {
  begin: ({ number, variables }) => Number.isInteger(number) && isRecord(variables),
  stop: () => true,
  'sibling-lost': () => true,
  'take-connection': () => true,
  'show-figures': () => true,
  sum: ({ question }) => Number.isInteger(question),
  tip: isTip,
};

const TO_PARENT: Checks<ToParent> = {
  hello: () => true,
  ready: () => true,
  failed: ({ fault }) => typeof fault === 'string',
  figures: ({ figures }) => Array.isArray(figures),
  'ask-sum': ({ question }) => Number.isInteger(question),
  tip: isTip,
};

export function readToWorker(message: unknown): ToWorker | undefined {
  return isOneOf<ToWorker>(message, TO_WORKER) ? message : undefined;
}

export function readToParent(message: unknown): ToParent | undefined {
  return isOneOf<ToParent>(message, TO_PARENT) ? message : undefined;
}

function isOneOf<Message extends { cordboard: string }>(
  message: unknown,
  checks: Readonly<Record<string, (fields: Readonly<Record<string, unknown>>) => boolean>>,
): message is Message {
  if (!isRecord(message)) return false;
  const { cordboard } = message;
  return (
    typeof cordboard === 'string' && Object.hasOwn(checks, cordboard) && checks[cordboard]?.(message) === true
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
