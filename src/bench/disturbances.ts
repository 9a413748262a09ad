/**
 * What the service is measured beside, one after the other in each round: a name, the trouble around it, and what agents ask of tools.
 */
import type { ToolFlood } from './chatter.js';
import type { Trouble } from './trouble.js';

export interface Disturbance {
  readonly name: string;
  readonly trouble: Trouble;
  readonly tools?: ToolFlood;
}

/** What the others are compared with: calls, words, webhooks and the database as they should be. */
export const UNDISTURBED = 'undisturbed';
/** The same once more: what differs there differs without a reason. */
export const AGAIN = 'undisturbed, again';

/** Fifty at once, four times a second, each time of another agent. */
const FLOOD = { everyMs: 250, atOnce: 50 } as const;
const ASKING: ToolFlood = { name: 'check_inventory', ...FLOOD };

export const DISTURBANCES: readonly Disturbance[] = [
  { name: UNDISTURBED, trouble: {} },
  { name: 'database: slow', trouble: { database: 'slow' } },
  { name: 'database: blocked', trouble: { database: 'blocked' } },
  { name: 'event readers: slow', trouble: { readers: 'slow' } },
  { name: 'event readers: reading nothing', trouble: { readers: 'unread' } },
  { name: 'event readers: coming and going', trouble: { readers: 'flood' } },
  { name: 'webhooks: hanging', trouble: { webhooks: 'hanging' } },
  { name: 'webhooks: answered 500', trouble: { webhooks: 'refusing' } },
  { name: 'webhooks: answered endlessly', trouble: { webhooks: 'endless' } },
  { name: 'tools: hanging', trouble: { stock: 'hanging' }, tools: ASKING },
  { name: 'tools: slow', trouble: { stock: 'slow' }, tools: ASKING },
  { name: 'tools: answering 1 MB', trouble: { stock: 'large' }, tools: ASKING },
  { name: 'tools: unknown', trouble: {}, tools: { name: 'no_such_tool', ...FLOOD } },
  { name: 'requests: flood', trouble: { requests: 'flood' } },
  { name: AGAIN, trouble: {} },
];

/** @param parts of names; empty: all. The undisturbed ones are always there. */
export function chosen(parts: readonly string[]): readonly Disturbance[] {
  const isMeant = (name: string): boolean => parts.length === 0 || parts.some((part) => name.includes(part));
  return DISTURBANCES.filter(({ name }) => name === UNDISTURBED || name === AGAIN || isMeant(name));
}
